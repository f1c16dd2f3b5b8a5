import type { MerchantCommand } from './context.ts';

export const add: MerchantCommand = {
  help: `Puts the merchant into the registry, with nothing but its number. Lambdas do not see it until it has a key and a certificate.
Next: create-key (the key is born in KMS), or import-key (you have apiclient_key.pem already).`,
  mchid: 'required',
  changes: true,
  run: async ({ registry }, { mchid }) => {
    const created = await registry.create({ mchid, version: 1, platform_keys: {} });
    return {
      ok: true,
      lines: [`Merchant ${mchid} ${created ? 'was added' : 'exists already'}.`],
      notes: created ? [`Next: create-key ${mchid}, or import-key ${mchid}.`] : [],
      json: { mchid, created },
    };
  },
};
