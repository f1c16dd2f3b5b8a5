import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { contractEndpointFilesIn, endpointFilesIn } from '../../lib/documents/endpoints.ts';
import { ENDPOINTS } from '../../sandbox/endpoints.ts';
import { CONTRACT_ROUTES } from '../../sandbox/judge-contract.ts';
import { contractStandInOf, requireStandIns, standInOf } from '../aws/stand-ins.ts';
import { forgottenIn } from '../support/endpoint-steps.ts';

// ARCHITECTURE.md, "A new endpoint": what was forgotten is named here, within seconds, with what to add where.

const yaml = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
const [files, contractFiles] = await Promise.all([endpointFilesIn(), contractEndpointFilesIn()]);
const contracts = contractFiles.map(({ contractEndpoint }) => contractEndpoint);
const [newest] = await endpointFilesIn(new URL('../support/fixtures/functions/', import.meta.url));
if (newest === undefined) throw new Error('no made-up endpoint');

it('each endpoint has its lines in serverless.yml, and there are no others', () => {
  const forgotten = forgottenIn(yaml, files, contractFiles);
  if (forgotten.length > 0) throw new Error(forgotten.join('\n'));
});

it('the stand-in of WeChat Pay knows each endpoint, and no others', () => {
  requireStandIns(files.map(({ endpoint }) => endpoint));
  const paths: string[] = files.map(({ endpoint }) => endpoint.path);
  const others = ENDPOINTS.map(({ path }) => path).filter((path) => !paths.includes(path));
  if (others.length > 0) throw new Error(`sandbox/endpoints.ts has what functions/ has not: ${others}`);
  const routes = contracts.map(contractStandInOf);
  const left = CONTRACT_ROUTES.filter((route) => !routes.includes(route)).map(({ path }) => path);
  if (left.length > 0) throw new Error(`the sandbox answers what functions/ has not: ${left}`);
});

it('each endpoint has a name and a path of its own', () => {
  const all = [...files.map(({ endpoint }) => endpoint), ...contracts];
  for (const key of ['name', 'path'] as const)
    expect(new Set(all.map((one) => one[key])).size).toBe(all.length);
});

describe('who forgets a step', () => {
  it('is told which lines serverless.yml lacks', () => {
    expect(forgottenIn(yaml, [...files, newest], contractFiles)).toContain(
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
    const forgotten = forgottenIn(yaml.replace(right, wrong), files, contractFiles);
    expect(forgotten).toContainEqual(
      expect.stringContaining(`vehicleEtcPreopen in serverless.yml lacks ${part}: it is to be`),
    );
  });

  it('is told of a function whose file has gone', () => {
    const left = files.filter(({ endpoint }) => endpoint.name !== 'vehicleEtcPreopen');
    expect(forgottenIn(yaml, left, contractFiles)).toContain(
      'vehicleEtcPreopen is in serverless.yml, but no file in functions/ has this endpoint',
    );
  });

  it('is told which lines a contract endpoint lacks, as a whole or in part', () => {
    const [made] = contractFiles;
    if (made === undefined) throw new Error('no contract endpoint');
    const endpoint = {
      ...made.contractEndpoint,
      name: 'anEnd',
      method: 'POST',
      path: '/v3/an/{id}/end',
    } as const;
    const of = (text: string) =>
      forgottenIn(text, files, [...contractFiles, { file: 'an-end', contractEndpoint: endpoint }]);
    const lines = `
  anEnd:
    <<: *contract
    handler: functions/an-end.handler
    events:
      - httpApi: { method: POST, path: "/v3/an/{id}/end", authorizer: "\${self:custom.authorizer}" }`;
    expect(of(yaml)).toEqual([`functions/an-end.ts has no function in serverless.yml: add${lines}`]);
    const added = yaml.replace('\nfunctions:\n', `\nfunctions:${lines}\n`);
    expect(of(added)).toEqual([]);
    for (const [right, wrong] of [
      ['{id}/end', '{id}/ends'],
      ['method: POST, path: "/v3/an', 'method: GET, path: "/v3/an'],
    ] as const)
      expect(of(added.replace(right, wrong))).toEqual([
        `anEnd in serverless.yml lacks its route: it is to be${lines}`,
      ]);
    expect(forgottenIn(added, files, contractFiles)).toEqual([
      'anEnd is in serverless.yml, but no file in functions/ has this endpoint',
    ]);
  });

  it('is told where the stand-in is missing', () => {
    expect(() => standInOf(newest.endpoint)).toThrow(
      'no stand-in for POST /v3/a-bare/contracts/presign: add it to sandbox/endpoints.ts',
    );
    expect(() => contractStandInOf({ method: 'GET', path: '/v3/an/{id}' })).toThrow(
      'no stand-in for GET /v3/an/{id}: add it to the routes of its product, sandbox/…-contracts.ts',
    );
  });
});
