import { YES } from './command.ts';
import { add } from './commands/merchant/add.ts';
import { check } from './commands/merchant/check.ts';
import { connect } from './commands/merchant/context.ts';
import { createKey } from './commands/merchant/create-key.ts';
import { csr } from './commands/merchant/csr.ts';
import { importKey } from './commands/merchant/import-key.ts';
import { list } from './commands/merchant/list.ts';
import { removePublicKey } from './commands/merchant/remove-public-key.ts';
import { retire } from './commands/merchant/retire.ts';
import { rotate } from './commands/merchant/rotate.ts';
import { setApiV3Key } from './commands/merchant/set-api-v3-key.ts';
import { setCertificate } from './commands/merchant/set-certificate.ts';
import { setPublicKey } from './commands/merchant/set-public-key.ts';
import { runTool } from './run.ts';

// npm run merchant: the operator's tool. docs/operator.md has the two walks through it.
runTool({
  name: 'merchant',
  help: 'Keeps the merchants of a deployment: their keys in KMS, their certificates and WeChat Pay’s keys in the registry.',
  options: { yes: YES },
  end: 'COMMAND --help tells more. Status: 0 done (or done before), 1 failed or found something, 2 wrong usage. Secrets are read from files or typed, never from arguments.',
  commands: [
    ...[add, createKey, csr, importKey, setCertificate, setApiV3Key, setPublicKey, removePublicKey],
    ...[check, list, rotate, retire],
  ],
  connect,
});
