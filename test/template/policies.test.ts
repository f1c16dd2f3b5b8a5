import { describe, expect, it } from '@jest/globals';
import { SOURCE } from '../../lib/events/contract.ts';
import { API_V3_KEY_PURPOSE } from '../../lib/names.ts';
import { events, queues, tables } from '../support/iam/data-calls.ts';
import { decide } from '../support/iam/evaluate.ts';
import { managing, opening, signing } from '../support/iam/key-calls.ts';
import { assuming, sealing } from '../support/iam/key-service-calls.ts';
import { elsewhere, lambdas, logs } from '../support/iam/other-calls.ts';
import { type Calls, type Place, placeOf } from '../support/iam/place.ts';
import { type Partition, REGIONS } from '../support/iam/resolve.ts';
import { type Asked, sending } from '../support/iam/service-calls.ts';
import {
  EVERYTHING,
  ofType,
  packagedTemplate,
  packagedWithEverything,
  type Resources,
} from '../support/template/packaged.ts';

const everything = (await packagedWithEverything()).Resources;
const apiV3 = { 'kms:EncryptionContext:purpose': API_V3_KEY_PURPOSE };

const PARTITIONS: readonly Partition[] = ['aws', 'aws-cn'];
const places = await Promise.all(
  PARTITIONS.map(async (partition) => {
    const { Resources } = await packagedTemplate(REGIONS[partition]);
    return [partition, await placeOf(Resources, partition), Resources] as const;
  }),
);
const rolesCalls = { signing, opening, managing, tables, queues, events, lambdas, logs, elsewhere };
const servicesCalls = { sending, sealing, assuming };

const casesOf = (groups: readonly Calls[]) =>
  groups.flatMap(({ may, calls }) =>
    calls.map((call) => [may.join(', ') || 'no role', call[0], may, call] as const),
  );

const boundariesIn = (resources: Resources) =>
  new Set(ofType(resources, 'AWS::IAM::Role').map(([, { Properties }]) => Properties['PermissionsBoundary']));

/** What IAM answers a service, action by action. */
const answers = ({ account }: Place, [, principal, actions, resource, context = {}]: Asked) =>
  new Set([actions].flat().map((action) => decide(account, { principal, action, resource, context })));

describe.each(places)('in the partition %s', (_, place, resources) => {
  const { account, roles, arn } = place;

  it('grants no role an action that none of these calls needs', () => {
    const all = Object.values(rolesCalls).flatMap((calls) => calls(place));
    for (const role of roles) {
      const needed = new Set(
        all
          .filter(({ may }) => may.includes(role))
          .flatMap(({ calls }) => calls.flatMap(([, actions]) => actions)),
      );
      const granted = (account.roles.get(arn(role)) ?? []).flatMap(({ Action = 'all but some' }) => Action);
      expect(granted).not.toEqual([]);
      expect([role, ...granted.filter((action) => !needed.has(action))]).toEqual([role]);
    }
  });

  it('bounds no role unless somebody says by what', () => {
    expect(boundariesIn(resources)).toEqual(new Set([undefined]));
  });

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

    it('may ask for pre-signs, but not tell an outcome', () => {
      const put = (source: string, who = place.administrator) =>
        ask(who, 'events:PutEvents', arn('EventBus'), { 'events:source': source });
      expect(put('shop')).toBe('allowed');
      expect(put(SOURCE)).toBe('explicitDeny');
      const events = (role: string, type: string) =>
        ask(arn(role), 'events:PutEvents', arn('EventBus'), {
          'events:source': SOURCE,
          'events:detail-type': type,
        });
      expect(events('EndpointRole', 'VehicleEtcPreopenFailed')).toBe('allowed');
      expect(events('NotificationsRole', 'VehicleEtcContractChanged')).toBe('allowed');
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

it('bounds every role by the policy that is given', () => {
  expect(boundariesIn(everything)).toEqual(new Set([EVERYTHING.permissionsBoundaryArn]));
});

it('with an operator’s role, opens APIv3 keys for it and three Lambdas’ roles, and not for whom IAM lets do everything', async () => {
  const { account, arn, administrator, operator } = await placeOf(everything, 'aws-cn');
  const open = (principal: string, action = 'kms:Decrypt') =>
    decide(account, { principal, action, resource: arn('DataKey'), context: apiV3 });
  expect(operator).toBe(EVERYTHING.operatorRoleArn);
  for (const principal of [operator, arn('EndpointRole'), arn('NotificationsRole'), arn('RefreshRole')])
    expect(open(principal)).toBe('allowed');
  const others = ['ContractRole', 'PreTrafficRole', 'DeliveryRole', 'SchedulerRole'];
  for (const principal of [administrator, ...others.map(arn)]) expect(open(principal)).toBe('explicitDeny');
  expect(open(administrator, 'kms:DescribeKey')).toBe('allowed');
});
