import { describe, expect, it } from '@jest/globals';
import type { Context } from './iam/conditions.ts';
import { decide } from './iam/evaluate.ts';
import { type Place, placeOf } from './iam/place.ts';
import { type Partition, REGIONS } from './iam/resolve.ts';
import { EVENTS, from } from './iam/service-calls.ts';
import { ofType, packagedTemplate, propertiesOf, type Resources } from './packaged.ts';

const CLOUDWATCH = 'cloudwatch.amazonaws.com';
const SEAL = ['kms:GenerateDataKey', 'kms:Decrypt'];
const PARTITIONS: readonly Partition[] = ['aws', 'aws-cn'];

type Sender = { service: string; action: string; context: Context };

/**
 * What holds whatever policies say: a service that brings something to an encrypted queue or topic needs leave of its
 * policy and, to encrypt, of its key's; a disabled key encrypts nothing.
 */
const createDelivery = (resources: Resources, place: Place) => {
  const may = ({ service, context }: Sender, action: string, resource: string) =>
    decide(place.account, { principal: service, action, resource, context }) === 'allowed';
  return (sender: Sender, to: string, disabled: readonly string[]): 'arrives' | 'lost' => {
    const key = String(place.resolve(propertiesOf(resources, to)['KmsMasterKeyId']));
    const sealed = !disabled.map(place.arn).includes(key) && SEAL.every((action) => may(sender, action, key));
    return sealed && may(sender, sender.action, place.arn(to)) ? 'arrives' : 'lost';
  };
};

const stacks = await Promise.all(
  PARTITIONS.map(async (partition) => {
    const { Resources } = await packagedTemplate({}, REGIONS[partition]);
    return [partition, Resources, await placeOf(Resources, partition)] as const;
  }),
);

describe.each(stacks)(
  'in the partition %s, while the key of messages is disabled,',
  (_, Resources, place) => {
    const deliver = createDelivery(Resources, place);
    const bring = (arn: string): Sender => ({
      service: EVENTS,
      action: 'sqs:SendMessage',
      context: from(arn),
    });
    const disabled = ['MessagesKey'];

    it('an event that a queue cannot take still lands among the undelivered', () => {
      for (const { id, name } of place.endpoints) {
        const rule = place.arnOf('events', `rule/wechatpay-presign-prod/wechatpay-presign-prod-${name}`);
        const [target] = propertiesOf(Resources, `${id}Rule`)['Targets'] as {
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
      const { KmsKeyIdentifier, DeadLetterConfig } = propertiesOf(Resources, 'EventBus') as {
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
      const keys = ofType(Resources, 'AWS::KMS::Key').map(([id]) => place.arn(id));
      const resting = ['AWS::SQS::Queue', 'AWS::SNS::Topic'].flatMap((type) => ofType(Resources, type));
      expect(resting).toHaveLength(3 * place.endpoints.length + 2);
      for (const [, { Properties }] of resting)
        expect(keys).toContain(place.resolve(Properties['KmsMasterKeyId']));
    });
  },
);
