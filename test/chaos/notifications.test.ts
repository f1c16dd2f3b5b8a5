import { expect, it } from '@jest/globals';
import { violationsIn } from './notification-traffic.ts';
import { runNotifications } from './notifications.ts';

it('a storm of notifications: each of WeChat Pay’s own is told, no forged one is, and none costs a signature', async () => {
  const report = await runNotifications({ notifications: 300, seed: 12, say: () => {} });
  expect(report.violations).toEqual([]);
  // It was a storm: things failed, notifications came again, and a new certificate had to be asked for.
  expect(Object.keys(report.answers)).toEqual(expect.arrayContaining(['204', '401', '503']));
  expect(report.events).toBeGreaterThan(report.genuine);
  expect(report.refreshes).toBeGreaterThan(0);
}, 600_000);

it('would see what is lost, forged or changed', () => {
  const sent = { mchid: '1', body: '', id: 'EV-1', text: '{"n":1}' };
  const detail = (id: string, text: string) => `{"notification_id":"${id}","resource":${text}}`;
  expect(violationsIn([sent], [detail('EV-1', '{"n":1}')])).toEqual([]);
  expect(violationsIn([sent], [])).toEqual(['1 genuine notifications are not on the bus']);
  expect(violationsIn([sent], [detail('EV-1', '{"n":2}')])).toEqual(['1 events differ from what was sealed']);
  const forged = violationsIn([sent], [detail('EV-1', '{"n":1}'), detail('FORGED-1', '{}')]);
  expect(forged).toEqual(['1 events tell of forged notifications']);
});
