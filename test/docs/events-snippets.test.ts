import { describe, expect, it } from '@jest/globals';
import { exampleOf } from '../../lib/documents/endpoints.ts';
import { detailType } from '../../lib/events/contract.ts';
import { readMessage } from '../../lib/events/message.ts';
import {
  BUS,
  endpoints,
  entries,
  errorsOfDetail,
  matched,
  type Pattern,
  page,
  SCOPE,
  statements,
  types,
} from '../support/docs/events-page.ts';
import { blocks, runAgainstEventBridge, runShell } from '../support/docs/page.ts';

type Contract = { out_contract_code?: string };

describe('the snippets in docs/events.md', () => {
  it('do in the shell what they say', async () => {
    const [put, find, send, rule, targets, ...others] = await runShell(page);
    expect(others).toEqual([]);

    expect(put?.command).toBe('events put-events');
    expect(JSON.parse(put?.options['--entries'] ?? '')).toEqual(entries);

    const endpoint = endpoints.find(({ name }) => name === 'eduschoolpayContractsPresign');
    if (endpoint === undefined) throw new Error('no such endpoint');
    expect(find).toMatchObject({
      command: 'sqs get-queue-url',
      options: { '--queue-name': `${BUS}-${endpoint.name}`, '--query': 'QueueUrl', '--output': 'text' },
    });
    expect(send?.command).toBe('sqs send-message');
    expect(send?.options['--queue-url']).toMatch(new RegExp(`/${BUS}-${endpoint.name}$`));
    const detail = readMessage(endpoint, send?.options['--message-body'] ?? '');
    expect(errorsOfDetail(detailType(endpoint, 'Requested'), detail)).toEqual([]);

    expect(rule).toMatchObject({
      command: 'events put-rule',
      options: { '--event-bus-name': BUS, '--name': 'enrolment-failed' },
    });
    expect(matched(JSON.parse(rule?.options['--event-pattern'] ?? '') as Pattern)).toEqual(types('Failed'));
    expect(targets).toMatchObject({
      command: 'events put-targets',
      options: { '--event-bus-name': BUS, '--rule': 'enrolment-failed' },
    });
    const [policy] = statements.slice(-1);
    expect(JSON.parse(targets?.options['--targets'] ?? '')).toMatchObject([{ Arn: policy?.Resource }]);
    expect(policy?.Condition).toEqual({
      ArnEquals: { 'aws:SourceArn': `arn:aws-cn:events:${SCOPE}:rule/${BUS}/enrolment-failed` },
    });
  });

  it('ask under contract numbers that the first pre-signs of npm start have not taken', () => {
    const taken = endpoints.map(({ request }) => (exampleOf(request) as Contract).out_contract_code);
    const asked = [...page.matchAll(/out_contract_code"?: ["']([\w-]+)["']/g)].map(([, code]) => code);
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.filter((code) => taken.includes(code))).toEqual([]);
  });

  it('put entries whose detail is as its contract describes it', () => {
    expect(entries.length).toBeLessThanOrEqual(10);
    for (const { EventBusName, DetailType, Detail } of entries) {
      expect(EventBusName).toBe(BUS);
      expect(errorsOfDetail(DetailType, JSON.parse(Detail))).toEqual([]);
    }
  });

  const [program = ''] = blocks(page, 'js');

  it('put again from JavaScript only what the bus has not taken', async () => {
    let first = true;
    const calls = await runAgainstEventBridge(program, (asked) => {
      const refuseLast = first;
      first = false;
      return asked.map((_, index) =>
        refuseLast && index === asked.length - 1
          ? { ErrorCode: 'ThrottlingException' }
          : { EventId: `e-${index}` },
      );
    });
    expect(calls.map((call) => call.length)).toEqual([2, 1]);
    expect(calls[1]).toEqual(calls[0]?.slice(-1));
    for (const { EventBusName, DetailType, Detail } of calls.flat()) {
      expect(EventBusName).toBe(BUS);
      expect(errorsOfDetail(DetailType, JSON.parse(Detail))).toEqual([]);
    }
  });

  it('do not keep quiet in JavaScript about what the bus never takes', async () => {
    const asking = runAgainstEventBridge(program, (asked) =>
      asked.map(() => ({ ErrorCode: 'InternalFailure' })),
    );
    await expect(asking).rejects.toThrow('EventBridge did not take 2 entries');
  });
});
