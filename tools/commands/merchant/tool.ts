import { type Tool, YES } from '../../command.ts';
import type { Context } from './context.ts';

export const merchant: Tool<Context> = {
  name: 'merchant',
  help: 'Keeps the merchants of a deployment: their keys in KMS, their certificates and WeChat Pay’s keys in the registry.',
  options: { yes: YES },
  end: 'COMMAND --help tells more. Status: 0 done (or done before), 1 failed or found something, 2 wrong usage. Secrets are read from files or typed, never from arguments.',
  commands: [
    {
      name: 'add',
      summary: 'put a merchant into the registry',
      load: async () => (await import('./add.ts')).add,
    },
    {
      name: 'create-key',
      summary: 'make a signing key inside KMS',
      load: async () => (await import('./create-key.ts')).createKey,
    },
    {
      name: 'csr',
      summary: 'make the certificate request of a key in KMS',
      load: async () => (await import('./csr.ts')).csr,
    },
    {
      name: 'import-key',
      summary: 'bring an existing private key into KMS',
      load: async () => (await import('./import-key.ts')).importKey,
    },
    {
      name: 'set-certificate',
      summary: 'make an issued certificate and its key the merchant’s pair',
      load: async () => (await import('./set-certificate.ts')).setCertificate,
    },
    {
      name: 'set-api-v3-key',
      summary: 'store the APIv3 key, encrypted',
      load: async () => (await import('./set-api-v3-key.ts')).setApiV3Key,
    },
    {
      name: 'set-public-key',
      summary: 'store the WeChat Pay public key',
      load: async () => (await import('./set-public-key.ts')).setPublicKey,
    },
    {
      name: 'remove-public-key',
      summary: 'go back to platform certificates',
      load: async () => (await import('./remove-public-key.ts')).removePublicKey,
    },
    {
      name: 'check',
      summary: 'find out whether a merchant, or all of them, can pre-sign users',
      load: async () => (await import('./check.ts')).check,
    },
    {
      name: 'list',
      summary: 'list all merchants',
      load: async () => (await import('./list.ts')).list,
    },
    {
      name: 'rotate',
      summary: 'start using a new key',
      load: async () => (await import('./rotate.ts')).rotate,
    },
    {
      name: 'retire',
      summary: 'let the keys before the last rotation go',
      load: async () => (await import('./retire.ts')).retire,
    },
  ],
  connect: async (setting) => (await import('./connect.ts')).connect(setting),
};
