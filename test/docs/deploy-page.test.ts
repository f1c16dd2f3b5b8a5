import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { contractEndpointsIn, endpointsIn } from '../../lib/documents/endpoints.ts';
import { parseParameters } from '../../stack/parameters.ts';
import { blocks, readPage, tableRows } from '../support/docs/page.ts';
import { packaged } from '../support/template/packaged.ts';

const page = await readPage('deploy.md');
const Resources = await packaged();

type Json = object & { Statement?: { Action: string | string[] }[] };
const json = blocks(page, 'json').map((text) => JSON.parse(text) as Json);
const policies = json.filter(({ Statement }) => Statement !== undefined);

const presigns = (await endpointsIn()).length;
const COUNTED: Record<string, number> = {
  endpoint: presigns + (await contractEndpointsIn()).length,
  'pre-sign endpoint': presigns,
};
/** `7`, or `3 for each pre-sign endpoint, and 1`. */
const reckon = (count = ''): number => {
  const [, each, what = '', more] = /^(\d+) for each (.+), and (\d+)$/.exec(count) ?? [];
  return each === undefined ? Number(count) : Number(each) * (COUNTED[what] ?? Number.NaN) + Number(more);
};

describe('docs/deploy.md', () => {
  it('says how many there are of what appears', async () => {
    const rows = tableRows(page, 'Deploy').filter(([, type = '']) => type.startsWith('AWS::'));
    expect(rows.length).toBeGreaterThan(5);
    for (const [, type, count] of rows) {
      const found = Object.values(Resources).filter(({ Type }) => Type === type);
      expect([type, found.length]).toEqual([type, reckon(count)]);
    }
    const alarms = Object.values(Resources).map(({ Properties }) => Properties['AlarmName']);
    expect(alarms).toContain(/--alarm-name (\S+)/.exec(page)?.[1]);
  });

  it('has every parameter and its default', async () => {
    const yaml = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
    const [, defaults = ''] = /^params:\n {2}default:\n([\s\S]*?)^ {2}sandbox:/m.exec(yaml) ?? [];
    const given = [...defaults.matchAll(/^ {4}(\w+): (.*)$/gm)].map(([, name, value]) => [name, value]);
    expect(given.length).toBeGreaterThan(10);
    const rows = tableRows(page, 'Decide').slice(1);
    expect(rows.map(([name, value]) => [name, value]).sort()).toEqual(given.sort());
    const parsed = parseParameters('prod', Object.fromEntries(rows.map(([name = '']) => [name, ''])));
    const problems = 'problems' in parsed ? parsed.problems : [];
    expect(problems.filter((problem) => problem.includes('not a parameter'))).toEqual([]);
  });

  it('calls a throttle what API Gateway makes of it: a limit of each route, not of all together', () => {
    const { DefaultRouteSettings } = Resources['HttpApiStage']?.Properties ?? {};
    const limits = Object.keys(DefaultRouteSettings as object).filter((name) =>
      name.startsWith('Throttling'),
    );
    expect(limits).toHaveLength(2);
    const throttles = tableRows(page, 'Decide').filter(([name = '']) => name.startsWith('throttle'));
    expect(throttles.map(([, , rule]) => rule)).toEqual(
      limits.map(() => expect.stringContaining('each route')),
    );
  });

  it('lets whoever deploys reach every service that the template has something of', async () => {
    expect(policies).toHaveLength(2);
    const actions = policies[0]?.Statement?.flatMap(({ Action }) => Action) ?? [];
    const services = new Set(actions.map((action) => action.split(':')[0]));
    const called: Record<string, string> = { apigatewayv2: 'apigateway' };
    for (const { Type } of Object.values(Resources)) {
      const service = Type.split('::')[1]?.toLowerCase() ?? '';
      expect(services).toContain(called[service] ?? service);
    }
    const bus = [
      'Decrypt',
      'GenerateDataKeyWithoutPlaintext',
      'Encrypt',
      'ReEncryptFrom',
      'ReEncryptTo',
      'DescribeKey',
    ];
    for (const action of bus) expect(actions).toContain(`kms:${action}`);
    const goes = Object.values(Resources).filter(
      ({ Type, DeletionPolicy }) => Type === 'AWS::KMS::Key' && DeletionPolicy !== 'Retain',
    );
    expect(goes).not.toEqual([]);
    expect(actions).toContain('kms:ScheduleKeyDeletion');
  });
});
