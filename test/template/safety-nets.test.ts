import { describe, expect, it } from '@jest/globals';
import type { Context } from '../support/iam/conditions.ts';
import { decide } from '../support/iam/evaluate.ts';
import { type Place, placeOf } from '../support/iam/place.ts';
import { EVENTS, from } from '../support/iam/service-calls.ts';
import { ofType, packaged, propertiesOf, type Resources } from '../support/template/packaged.ts';

const CLOUDWATCH = 'cloudwatch.amazonaws.com';
const SEAL = ['kms:GenerateDataKey', 'kms:Decrypt'];

type Sender = { service: string; action: string; context: Context };

/**
 * What holds whatever policies say: a service that brings something to an encrypted queue or topic needs leave of its
 * policy and, to encrypt, of its key's; a disabled key encrypts nothing.
 */
const createDelivery = (resources: Resources, { account, arn, resolve }: Place) => {
  const may = ({ service, context }: Sender, action: string, resource: string) =>
    decide(account, { principal: service, action, resource, context }) === 'allowed';
  return (sender: Sender, to: string, disabled: readonly string[]): 'arrives' | 'lost' => {
    const key = String(resolve(propertiesOf(resources, to)['KmsMasterKeyId']));
    const sealed = !disabled.map(arn).includes(key) && SEAL.every((action) => may(sender, action, key));
    return sealed && may(sender, sender.action, arn(to)) ? 'arrives' : 'lost';
  };
};

const resources = await packaged();
const place = await placeOf(resources, 'aws-cn');

describe('while the key of messages is disabled,', () => {
  const deliver = createDelivery(resources, place);
  const bring = (arn: string): Sender => ({
    service: EVENTS,
    action: 'sqs:SendMessage',
    context: from(arn),
  });
  const disabled = ['MessagesKey'];

  it('an event that a queue cannot take still lands among the undelivered', () => {
    for (const { id, name } of place.endpoints) {
      const rule = place.arnOf('events', `rule/wechatpay-presign-prod/wechatpay-presign-prod-${name}`);
      const [target] = propertiesOf(resources, `${id}Rule`)['Targets'] as {
        DeadLetterConfig: { Arn: object };
      }[];
      expect(place.resolve(target?.DeadLetterConfig.Arn)).toBe(place.arn(`${id}Undelivered`));
      const ends = (to: string, keys: readonly string[]) => deliver(bring(rule), to, keys);
      expect(ends(`${id}Queue`, [])).toBe('arrives');
      expect(ends(`${id}Queue`, disabled)).toBe('lost');
      expect(ends(`${id}Undelivered`, disabled)).toBe('arrives');
    }
  });

  it('an event that the bus cannot keep or open still lands among the bus’s undelivered', () => {
    const { KmsKeyIdentifier, DeadLetterConfig } = propertiesOf(resources, 'EventBus') as {
      KmsKeyIdentifier: object;
      DeadLetterConfig: { Arn: object };
    };
    expect(place.resolve(KmsKeyIdentifier)).toBe(place.arn('MessagesKey'));
    expect(place.resolve(DeadLetterConfig.Arn)).toBe(place.arn('BusUndelivered'));
    expect(deliver(bring(place.arn('EventBus')), 'BusUndelivered', disabled)).toBe('arrives');
  });

  it('alarms still tell', () => {
    const alarm = place.arnOf('cloudwatch', 'alarm:wechatpay-presign-prod-vehicleEtcPreopen-undelivered');
    const tell: Sender = { service: CLOUDWATCH, action: 'sns:Publish', context: from(alarm) };
    expect(deliver(tell, 'AlarmTopic', disabled)).toBe('arrives');
    expect(deliver(tell, 'AlarmTopic', ['FallbackKey'])).toBe('lost');
  });

  it('whatever may rest, rests encrypted with a key of the stack', () => {
    const keys = ofType(resources, 'AWS::KMS::Key').map(([id]) => place.arn(id));
    const resting = ['AWS::SQS::Queue', 'AWS::SNS::Topic'].flatMap((type) => ofType(resources, type));
    expect(resting).toHaveLength(3 * place.endpoints.length + 2);
    for (const [, { Properties }] of resting)
      expect(keys).toContain(place.resolve(Properties['KmsMasterKeyId']));
  });
});
