import { expect, it } from '@jest/globals';

type Resolvers = { resolveVariable: (address: string) => Promise<unknown> };
type Module = {
  resources: (resolvers: Resolvers) => Promise<{ Resources: Record<string, { Properties: unknown }> }>;
  queueArns: (resolvers: Resolvers) => Promise<unknown[]>;
};

const module = (await import(new URL('../../stack/queues.js', import.meta.url).href)) as Module;

const httpApi = { method: 'POST', path: '/v3/x' };
const resolving = (functions: object): Resolvers => {
  const values: Record<string, unknown> = {
    'self:functions': functions,
    'self:provider.timeout': 20,
    'self:custom.eventBus': 'service-stage',
  };
  return { resolveVariable: async (address) => values[address] };
};
const third = { thirdPresign: { events: [{ httpApi }, { sqs: {} }] } };
const others = { refresh: { timeout: 300, events: [{ schedule: {} }] }, byHand: {} };

it('gives another endpoint all that the others have, for its lines under functions alone', async () => {
  const of = async (functions: object) => (await module.resources(resolving(functions))).Resources;
  const before = await of({ ...third, ...others });
  const after = await of({ ...third, fourthPresign: { events: [{ httpApi }] }, ...others });
  const renamed = JSON.stringify(before)
    .replaceAll('thirdPresign', 'fourthPresign')
    .replaceAll('ThirdPresign', 'FourthPresign');
  expect(Object.keys(before)).toHaveLength(7);
  expect(after).toEqual({ ...before, ...(JSON.parse(renamed) as object) });
});

it('hides a message for as long as the endpoint’s own time-out asks for', async () => {
  const { Resources } = await module.resources(
    resolving({ slow: { timeout: 29, events: [{ httpApi }] }, ...third }),
  );
  expect(Resources['SlowQueue']?.Properties).toMatchObject({ VisibilityTimeout: 174 });
  expect(Resources['ThirdPresignQueue']?.Properties).toMatchObject({ VisibilityTimeout: 120 });
});

it('lets the endpoints’ role receive from the endpoints’ queues, not from their dead letters', async () => {
  const functions = { ...third, fourthPresign: { events: [{ httpApi }] }, ...others };
  expect(await module.queueArns(resolving(functions))).toEqual([
    { 'Fn::GetAtt': ['ThirdPresignQueue', 'Arn'] },
    { 'Fn::GetAtt': ['FourthPresignQueue', 'Arn'] },
  ]);
});
