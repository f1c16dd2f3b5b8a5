import { expect, it } from '@jest/globals';
import { queueArns, resources } from '../../stack/queues.ts';

const httpApi = { method: 'POST', path: '/v3/x' };
const resolving = (functions: object) => {
  const values: Record<string, unknown> = {
    'self:functions': functions,
    'self:provider.timeout': 20,
    'sls:stage': 'prod',
  };
  return { resolveVariable: async (address: string) => values[address] };
};
const third = { thirdPresign: { events: [{ httpApi }, { sqs: {} }] } };
const others = {
  refresh: { timeout: 300, events: [{ schedule: {} }] },
  query: { events: [{ httpApi }] },
  byHand: {},
};

it('gives another endpoint all that the others have, for its lines under functions alone', async () => {
  const of = async (functions: object) => (await resources(resolving(functions))).Resources;
  const before = await of({ ...third, ...others });
  const after = await of({ ...third, fourthPresign: { events: [{ httpApi }, { sqs: {} }] }, ...others });
  const renamed = JSON.stringify(before)
    .replaceAll('thirdPresign', 'fourthPresign')
    .replaceAll('ThirdPresign', 'FourthPresign');
  expect(Object.keys(before)).toHaveLength(7);
  expect(after).toEqual({ ...before, ...(JSON.parse(renamed) as object) });
});

it('hides a message for as long as the endpoint’s own time-out asks for', async () => {
  const { Resources } = await resources(
    resolving({ slow: { timeout: 29, events: [{ httpApi }, { sqs: {} }] }, ...third }),
  );
  expect(Resources['SlowQueue']?.Properties).toMatchObject({ VisibilityTimeout: 174 });
  expect(Resources['ThirdPresignQueue']?.Properties).toMatchObject({ VisibilityTimeout: 120 });
});

it('lets the endpoints’ role receive from the endpoints’ queues, not from their dead letters', async () => {
  const functions = { ...third, fourthPresign: { events: [{ httpApi }, { sqs: {} }] }, ...others };
  expect(await queueArns(resolving(functions))).toEqual([
    { 'Fn::GetAtt': ['ThirdPresignQueue', 'Arn'] },
    { 'Fn::GetAtt': ['FourthPresignQueue', 'Arn'] },
  ]);
});
