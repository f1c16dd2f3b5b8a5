import { expect, it } from '@jest/globals';
import { detail, endpoint, envelope, useWorld } from '../support/dead-letters-world.ts';
import { CARD, expectNoTrace, ID, NAME } from '../support/traces.ts';

/** As JSON may write it; the stand-in for SQS takes no character of four bytes, which SQS does. */
const EMOJI = '\\ud83d\\ude00';

const person = { [ID]: NAME, openid: { name: NAME }, bank_card: { bank_card_no: CARD, phone: ID } };
const valid = envelope(detail('valid', { openid: `${NAME}${ID}` }));
const VALID_AND_INVALID = [
  valid,
  envelope(detail('unknown-members', person)),
  envelope(detail('too-long', { openid: CARD.repeat(90) })),
  envelope(detail('an-array', [NAME, ID])),
  envelope(detail('emoji', { openid: `${NAME}😀` })).replace('😀', EMOJI),
  envelope(detail('more', {}, { [ID]: NAME, mchid: ID })),
  envelope(detail('merchant-object', {}, { mchid: { [ID]: CARD } })),
  envelope(detail(`${NAME}😀`)).replace('😀', EMOJI),
  envelope(detail(`${NAME} ${ID}`)),
  JSON.stringify({ request_id: 'text', body: `${NAME} ${ID}` }),
];
const UNREADABLE = [
  valid.slice(0, -20),
  `${NAME} ${ID} ${CARD}`,
  JSON.stringify([NAME, ID, CARD]),
  JSON.stringify(`${NAME} ${ID}`),
  envelope(detail({ name: NAME, id: ID })),
  envelope(detail([CARD])),
  envelope(detail(`${ID}${NAME.repeat(20)}`)),
  envelope(detail('other'), `${ID}Requested`),
  envelope(`${NAME} ${ID}`),
];

const world = await useWorld();

it('a marked name, ID and card appear in nothing that list, redrive and purge print', async () => {
  for (const kind of ['dead-letters', 'undelivered'] as const) {
    world.put(kind, [...VALID_AND_INVALID, ...UNREADABLE], { code: `${ID} ${NAME}` });
    world.put(kind, [valid], { code: CARD });
  }
  const one = ['--endpoint', endpoint.name];
  const error = { name: 'InvalidMessageContents', message: `${NAME} ${ID} ${CARD}`, status: 400 };
  const steps = [
    ['list'],
    ['list', '--json'],
    ['list', ...one, '--limit', '2'],
    ['redrive', '--json'],
    ['redrive', ...one],
    ['purge', ...one, '--unreadable', '--yes'],
    ['purge', ...one, '--yes'],
  ];
  for (const [step, args] of steps.entries()) {
    // The first redrive fails, with an error that quotes the message.
    world.relay.faults.splice(0, 1, ...(step === 3 ? [{ operation: 'SendMessageBatch', error }] : []));
    const { stdout, stderr } = await world.run(args);
    expectNoTrace(stdout + stderr);
    expect(stdout).not.toBe('');
  }
  // The canary did fly: all that could be read was moved, byte for byte, from both queues.
  expect(world.bodies()).toEqual([...VALID_AND_INVALID, ...VALID_AND_INVALID, valid, valid].sort());
});
