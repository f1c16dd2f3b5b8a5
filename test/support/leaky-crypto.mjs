// Preloaded into a Lambda under test: a library that quotes, in the error it throws, what it was given.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

crypto.publicEncrypt = (_key, data) => {
  throw new TypeError(`cannot encrypt ${data.toString()}`);
};
syncBuiltinESMExports();
