// Preloaded into a Lambda under test: reports every PEM that node:crypto is asked to read.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const isPem = (value) => typeof value === 'string' && value.startsWith('-----BEGIN');
const report = (name) => process.stderr.write(`pem read by ${name}\n`);

const counted = (name) => {
  const original = crypto[name];
  crypto[name] = (first, ...rest) => {
    if (isPem(first) || isPem(first?.key)) report(name);
    // sign and verify take their key as the third argument.
    if (isPem(rest[1]) || isPem(rest[1]?.key)) report(name);
    return original(first, ...rest);
  };
};
for (const name of ['createPublicKey', 'publicEncrypt', 'verify', 'createVerify', 'sign']) counted(name);

const { X509Certificate } = crypto;
crypto.X509Certificate = class extends X509Certificate {
  constructor(pem) {
    super(pem);
    report('X509Certificate');
  }
};
syncBuiltinESMExports();
