import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { defineEndpoint } from '../../lib/endpoint.ts';
import { text } from '../../lib/schema.ts';
import { judge } from '../../tools/commands/dead-letters/verdict.ts';
import { detail, endpoint, envelope, useWorld } from '../support/dead-letters-world.ts';
import { HOSTILE, jsonWith } from '../support/hostile.ts';

const world = await useWorld();
const ONE = ['--endpoint', endpoint.name];

const good = Array.from({ length: 10 }, (_, n) => envelope(detail(`order-${n}`)));
const holding = (asked: object, json: string): string => jsonWith(asked, 'MARK', json);
/** Each can be read, and none can be pre-signed. */
const invalid = HOSTILE.flatMap((json, n) => [
  holding(detail(`openid-${n}`, { openid: 'MARK' }), json),
  holding(detail(`mchid-${n}`, {}, { mchid: 'MARK' }), json),
  holding({ request_id: `body-${n}`, body: 'MARK' }, json),
]);
/** No outcome could name them. */
const unreadable = HOSTILE.flatMap((json) => [
  holding(detail('MARK'), json),
  json,
  holding({ 'detail-type': 'MARK', detail: {} }, json),
]);

describe('whatever one message holds, the tool goes on with the others', () => {
  const put = () => world.put('dead-letters', [...invalid, ...unreadable, ...good]);

  it('lists them all', async () => {
    put();
    const { status, json, stderr } = await world.run(['list', ...ONE, '--limit', '1000', '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [dead] = (json as { queues: { messages: { why: string }[] }[] }).queues;
    const count = (kind: string) => dead?.messages.filter(({ why }) => why.startsWith(kind)).length;
    expect({
      valid: count('valid: '),
      invalid: count('invalid: '),
      unreadable: count('unreadable: '),
    }).toEqual({ valid: good.length, invalid: invalid.length, unreadable: unreadable.length });
    expect(JSON.stringify(json)).not.toContain('defect');
  });

  it('moves those that can be answered, and purges the others', async () => {
    put();
    expect(await world.run(['redrive', ...ONE])).toMatchObject({ status: 0 });
    expect(world.bodies()).toEqual([...invalid, ...good].sort());
    expect(await world.run(['purge', ...ONE, '--unreadable', '--yes'])).toMatchObject({ status: 0 });
    expect(world.bodies('dead-letters')).toEqual([]);
  });
});

it('a defect in our own check is said of the message, by name alone, and makes nothing to be purged', () => {
  const { request: _, ...rest } = endpoint;
  const broken = defineEndpoint({
    ...rest,
    request: z.strictObject({
      openid: text(8, { description: 'Text.', examples: ['x'] }).check(
        z.refine((value) => {
          throw new RangeError(value);
        }),
      ),
    }),
  });
  const verdict = judge(broken, JSON.stringify({ request_id: 'r', body: { openid: 'secret' } }));
  expect(verdict).toEqual({
    kind: 'invalid',
    why: 'invalid: it could not be checked (RangeError), which is a defect of this tool',
    request_id: undefined,
    mchid: undefined,
  });
});
