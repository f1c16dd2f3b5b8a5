import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { endpointFilesIn } from '../../lib/documents/endpoints.ts';
import { ENDPOINTS } from '../../sandbox/endpoints.ts';
import { requireStandIns, standInOf } from '../aws/stand-ins.ts';
import { forgottenIn } from '../support/endpoint-steps.ts';

// ARCHITECTURE.md, "A new endpoint": what was forgotten is named here, within seconds, with what to add where.

const yaml = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
const files = await endpointFilesIn();
const [newest] = await endpointFilesIn(new URL('../support/fixtures/functions/', import.meta.url));
if (newest === undefined) throw new Error('no made-up endpoint');

it('each endpoint has its lines in serverless.yml, and there are no others', () => {
  const forgotten = forgottenIn(yaml, files);
  if (forgotten.length > 0) throw new Error(forgotten.join('\n'));
});

it('the stand-in of WeChat Pay knows each endpoint, and no others', () => {
  requireStandIns(files.map(({ endpoint }) => endpoint));
  const paths: string[] = files.map(({ endpoint }) => endpoint.path);
  const others = ENDPOINTS.map(({ path }) => path).filter((path) => !paths.includes(path));
  if (others.length > 0) throw new Error(`sandbox/endpoints.ts has what functions/ has not: ${others}`);
});

it('each endpoint has a name and a path of its own', () => {
  for (const key of ['name', 'path'] as const) {
    expect(new Set(files.map(({ endpoint }) => endpoint[key])).size).toBe(files.length);
  }
});

describe('who forgets a step', () => {
  it('is told which lines serverless.yml lacks', () => {
    expect(forgottenIn(yaml, [...files, newest])).toContain(
      `functions/a-bare-presign.ts has no function in serverless.yml: add
  aBarePresign:
    <<: *endpoint
    handler: functions/a-bare-presign.handler
    events:
      - httpApi: { method: POST, path: /v3/a-bare/contracts/presign, authorizer: "\${self:custom.authorizer}" }
      - sqs: { <<: *batches, arn: !GetAtt ABarePresignQueue.Arn }`,
    );
  });

  it.each([
    ['its handler', 'functions/vehicle-etc-preopen.handler', 'functions/vehicle-etc.handler'],
    ['its route', '/v3/vehicle/etc/preopen', '/v3/vehicle/etc/preopened'],
    ['its queue', 'VehicleEtcPreopenQueue', 'PreopenQueue'],
  ])('is told that a function lacks %s', (part, right, wrong) => {
    const forgotten = forgottenIn(yaml.replace(right, wrong), files);
    expect(forgotten).toContainEqual(
      expect.stringContaining(`vehicleEtcPreopen in serverless.yml lacks ${part}: it is to be`),
    );
  });

  it('is told of a function whose file has gone', () => {
    const left = files.filter(({ endpoint }) => endpoint.name !== 'vehicleEtcPreopen');
    expect(forgottenIn(yaml, left)).toContain(
      'vehicleEtcPreopen is in serverless.yml, but no file in functions/ has this endpoint',
    );
  });

  it('is told where the stand-in is missing', () => {
    expect(() => standInOf(newest.endpoint)).toThrow(
      'no stand-in for POST /v3/a-bare/contracts/presign: add it to sandbox/endpoints.ts',
    );
  });
});
