import { forStage, type MerchantCommand } from './context.ts';

export const add: MerchantCommand = {
  help: `Puts the merchant into the registry, with nothing but its number. Lambdas do not see it until it has a key and a certificate.
Next: create-key (the key is born in KMS), or import-key (you have apiclient_key.pem already).`,
  mchid: 'required',
  changes: true,
  run: async (context, { mchid }) => {
    const created = await context.registry.create({ mchid, version: 1, platform_keys: {} });
    const [born, imported] = ['create-key', 'import-key'].map((name) =>
      forStage(context, `${name} ${mchid}`),
    );
    return {
      ok: true,
      lines: [`Merchant ${mchid} ${created ? 'was added' : 'exists already'}.`],
      notes: created ? [`Next: ${born}, or ${imported}.`] : [],
      json: { mchid, created },
    };
  },
};
