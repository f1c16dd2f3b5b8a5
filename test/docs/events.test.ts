import { describe, expect, it } from '@jest/globals';
import { CATALOGUE, type Code } from '../../lib/errors.ts';
import { drawBackoff, MAX_RECEIVES } from '../../lib/events/back-off.ts';
import {
  BUS,
  entries,
  errorsOfEvent,
  events,
  json,
  matched,
  page,
  patterns,
  SCOPE,
  statements,
  types,
} from '../support/docs/events-page.ts';
import { tableRows } from '../support/docs/page.ts';

describe('the JSON in docs/events.md', () => {
  it('is all of a kind that is checked here', () => {
    expect(events.length + entries.length + statements.length + patterns.length).toBe(json.flat().length);
    expect([events.length, entries.length, statements.length, patterns.length]).toEqual([4, 1, 4, 4]);
  });

  it('shows events as their contracts describe them', () => {
    for (const event of events) expect(errorsOfEvent(event)).toEqual([]);
    expect(events.map((event) => event['detail-type'])).toEqual([
      'VehicleEtcPreopenRequested',
      'VehicleEtcPreopenSucceeded',
      'VehicleEtcPreopenFailed',
      'EduschoolpayContractSigned',
    ]);
  });

  it('has patterns that bring what the text says, and no forgeries', () => {
    expect(patterns.map(matched)).toEqual([
      types('Succeeded', 'Failed'),
      ['VehicleEtcPreopenSucceeded', 'VehicleEtcPreopenFailed'],
      ['EduschoolpayContractSigned', 'EduschoolpayContractTerminated'],
      types('Failed'),
    ]);
  });

  it('grants what the snippets use, on resources by their real names', () => {
    expect(statements.map(({ Effect, Action, Resource }) => [Effect, Action, Resource])).toEqual([
      ['Allow', 'events:PutEvents', `arn:aws-cn:events:${SCOPE}:event-bus/${BUS}`],
      [
        'Allow',
        ['sqs:SendMessage', 'sqs:GetQueueUrl'],
        `arn:aws-cn:sqs:${SCOPE}:${BUS}-eduschoolpayContractsPresign`,
      ],
      ['Allow', ['kms:GenerateDataKey', 'kms:Decrypt'], `arn:aws-cn:kms:${SCOPE}:key/KEY_ID`],
      ['Allow', 'sqs:SendMessage', `arn:aws-cn:sqs:${SCOPE}:enrolment-failed`],
    ]);
    // The producer's statement allows the very entry the page shows, and no outcome.
    const [entry] = entries;
    expect(statements[0]?.Condition).toEqual({
      StringEquals: { 'events:source': entry?.Source, 'events:detail-type': entry?.DetailType },
    });
  });
});

describe('the tables in docs/events.md', () => {
  it('say of each code what the queue does with it', () => {
    const documented = tableRows(page, 'What ends where')
      .filter(([code = '']) => code in CATALOGUE)
      .map(([code, , end]) => [code, end]);
    const httpOnly: Code[] = ['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];
    const codes = (Object.keys(CATALOGUE) as Code[]).filter((code) => !httpOnly.includes(code));
    expect(documented).toEqual(
      codes.map((code) => {
        const { retryable, status } = CATALOGUE[code];
        return [code, retryable ? 'tried again, then dead letter' : `…Failed, ${status}`];
      }),
    );
  });

  it('say how long a message waits', () => {
    const waits = Array.from({ length: MAX_RECEIVES - 1 }, (_, index) => ({
      receives: index + 1,
      least: drawBackoff(index + 1, 0, 0),
      most: drawBackoff(index + 1, 0, 1 - Number.EPSILON),
    }));
    const rows = tableRows(page, 'What ends where').filter(([first = '']) => /^\d$/.test(first));
    expect(rows).toEqual([
      ...waits.map(({ receives, least, most }) => [String(receives), `${least}–${most}`]),
      [String(MAX_RECEIVES), 'dead letter'],
    ]);
    const minutes = (name: 'least' | 'most') =>
      Math.floor(waits.reduce((sum, wait) => sum + wait[name], 0) / 60);
    expect(page).toContain(`So ${minutes('least')} to ${minutes('most')} minutes pass`);
  });
});
