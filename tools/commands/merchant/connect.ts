import { setTimeout as wait } from 'node:timers/promises';
import { createRegistry } from '../../../lib/merchants/registry.ts';
import { namesOf } from '../../../lib/names.ts';
import { connectDynamo, connectKms } from '../../aws.ts';
import type { Setting } from '../../command.ts';

/** The clients of a command. @throws Failure when region or proxy cannot be used. */
export const connect = async (setting: Setting) => {
  const { stage, place, env } = setting;
  const [kms, dynamo] = await Promise.all([connectKms(place, env), connectDynamo(place, env)]);
  const names = namesOf(stage);
  return {
    ...setting,
    kms,
    registry: createRegistry(dynamo, env['MERCHANTS_TABLE'] || names.merchantsTable),
    dataKey: env['DATA_KEY_ARN'] || names.dataKeyAlias,
    region: await kms.config.region(),
    wait,
    close: () => {
      kms.destroy();
      dynamo.destroy();
    },
  };
};
