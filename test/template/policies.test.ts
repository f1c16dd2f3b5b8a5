import { describe, expect, it } from '@jest/globals';
import { events, queues, tables } from '../support/iam/data-calls.ts';
import { decide } from '../support/iam/evaluate.ts';
import { managing, opening, signing } from '../support/iam/key-calls.ts';
import { assuming, sealing } from '../support/iam/key-service-calls.ts';
import { elsewhere, lambdas, logs } from '../support/iam/other-calls.ts';
import { type Calls, type Place, placeOf } from '../support/iam/place.ts';
import { type Partition, REGIONS } from '../support/iam/resolve.ts';
import { type Asked, sending } from '../support/iam/service-calls.ts';
import { packaged, packagedTemplate } from '../support/template/packaged.ts';

const OPERATOR = 'arn:aws-cn:iam::111122223333:role/operator';
const guardedTemplate = await packaged({ operatorRoleArn: OPERATOR });
const apiV3 = { 'kms:EncryptionContext:purpose': 'wechatpay:api-v3-key' };

const PARTITIONS: readonly Partition[] = ['aws', 'aws-cn'];
const places = await Promise.all(
  PARTITIONS.map(async (partition) => {
    const { Resources } = await packagedTemplate({}, REGIONS[partition]);
    return [partition, await placeOf(Resources, partition)] as const;
  }),
);
const rolesCalls = { signing, opening, managing, tables, queues, events, lambdas, logs, elsewhere };
const servicesCalls = { sending, sealing, assuming };

const casesOf = (groups: readonly Calls[]) =>
  groups.flatMap(({ may, calls }) =>
    calls.map((call) => [may.join(', ') || 'no role', call[0], may, call] as const),
  );

/** What IAM answers a service, action by action. */
const answers = ({ account }: Place, [, principal, actions, resource, context = {}]: Asked) =>
  new Set([actions].flat().map((action) => decide(account, { principal, action, resource, context })));

describe.each(places)('in the partition %s', (_, place) => {
  const { account, roles, arn } = place;

  describe.each(Object.entries(rolesCalls))('%s', (_topic, calls) => {
    it.each(casesOf(calls(place)))('%s may %s', (_may, _story, may, [, actions, resource, context = {}]) => {
      for (const action of [actions].flat()) {
        const able = roles.filter(
          (role) => decide(account, { principal: arn(role), action, resource, context }) === 'allowed',
        );
        expect([action, ...able.sort()]).toEqual([action, ...[...may].sort()]);
      }
    });
  });

  describe.each(Object.entries(servicesCalls))('services %s', (_topic, calls) => {
    const { may, mayNot } = calls(place);
    it.each(may)('may %s, as %s', (...asked: Asked) => {
      expect(answers(place, asked)).toEqual(new Set(['allowed']));
    });
    it.each(mayNot)('may not %s, as %s', (...asked: Asked) => {
      expect(answers(place, asked)).not.toContain('allowed');
    });
  });

  describe('somebody whom IAM lets do everything', () => {
    const ask = (principal: string, action: string, resource: string, context = {}) =>
      decide(account, { principal, action, resource, context });

    it('may ask for sign-ups, but not tell an outcome', () => {
      const put = (source: string, who = place.administrator) =>
        ask(who, 'events:PutEvents', arn('EventBus'), { 'events:source': source });
      expect(put('shop')).toBe('allowed');
      expect(put('wechatpay-presign')).toBe('explicitDeny');
      expect(put('wechatpay-presign', arn('EndpointRole'))).toBe('allowed');
    });

    it('may use the queues, but never without TLS', () => {
      const send = (secure: string, queue: string) =>
        ask(place.administrator, 'sqs:SendMessage', arn(queue), { 'aws:SecureTransport': secure });
      for (const queue of ['BusUndelivered', ...place.endpoints.map(({ id }) => `${id}DeadLetters`)]) {
        expect(send('true', queue)).toBe('allowed');
        expect(send('false', queue)).toBe('explicitDeny');
      }
    });

    it('can act as no role of the stack', () => {
      for (const role of roles)
        expect(ask(place.administrator, 'sts:AssumeRole', arn(role))).toBe('implicitDeny');
    });

    it('reaches nothing of the stack from another account', () => {
      const queues = place.endpoints.map(({ id }) => ['sqs:SendMessage', arn(`${id}Queue`)] as const);
      for (const [action, resource] of [
        ...queues,
        ['sqs:ReceiveMessage', arn('BusUndelivered')] as const,
        ['events:PutEvents', arn('EventBus')] as const,
        ['kms:Decrypt', arn('DataKey')] as const,
        ['kms:Decrypt', arn('MessagesKey')] as const,
        ['kms:Decrypt', arn('FallbackKey')] as const,
        ['dynamodb:GetItem', arn('Merchants')] as const,
        ['sns:Publish', arn('AlarmTopic')] as const,
        ...roles.map((role) => ['sts:AssumeRole', arn(role)] as const),
      ])
        expect([action, resource, ask(place.strangersRole, action, resource, apiV3)]).toEqual([
          action,
          resource,
          'implicitDeny',
        ]);
    });
  });
});

it('with an operator’s role, opens APIv3 keys for it and two Lambdas’ roles, and not for whom IAM lets do everything', async () => {
  const { account, arn, administrator, operator } = await placeOf(guardedTemplate, 'aws-cn');
  const open = (principal: string, action = 'kms:Decrypt') =>
    decide(account, { principal, action, resource: arn('DataKey'), context: apiV3 });
  expect(operator).toBe(OPERATOR);
  for (const principal of [operator, arn('EndpointRole'), arn('RefreshRole')])
    expect(open(principal)).toBe('allowed');
  for (const principal of [administrator, arn('PreTrafficRole'), arn('DeliveryRole'), arn('SchedulerRole')])
    expect(open(principal)).toBe('explicitDeny');
  expect(open(administrator, 'kms:DescribeKey')).toBe('allowed');
});
