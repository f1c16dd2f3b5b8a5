import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, describe, it } from '@jest/globals';
import { startKms } from '../aws/kms/kms.ts';
import { kmsContract } from '../support/contract/kms-contract.ts';

const live = process.env['KMS_CONTRACT_LIVE'] === '1';
// The endpoint has to be named even for AWS itself: a stray variable must not create keys in an account.
if (live && !process.env['AWS_ENDPOINT_URL_KMS']) {
  throw new Error('KMS_CONTRACT_LIVE=1 needs AWS_ENDPOINT_URL_KMS');
}

const regions = live ? [process.env['AWS_REGION'] ?? 'us-east-1'] : ['eu-central-1', 'cn-north-1'];

for (const region of regions) {
  const sandbox = live ? undefined : await startKms({ region });
  const place = sandbox && { endpoint: sandbox.url, credentials: sandbox.credentials };
  const client = new KMSClient({ region, ...place });

  describe(`KMS ${live ? 'at AWS_ENDPOINT_URL_KMS' : 'of the sandbox'} in ${region}`, () => {
    afterAll(async () => {
      client.destroy();
      await sandbox?.close();
    });

    const importSupported = !region.startsWith('cn-');
    // Long enough for a service that takes its time to become consistent, several times in one check.
    for (const { name, run } of kmsContract({ client, importSupported })) it(name, run, 300_000);
  });
}
