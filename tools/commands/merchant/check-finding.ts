/** One sentence about one thing that was looked at. `fail`: pre-signs fail, or will. */
export type Finding = { level: 'ok' | 'warn' | 'fail'; check: string; text: string };

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;

const finding =
  (level: Finding['level']) =>
  (check: string, text: string): Finding => ({ level, check, text });
export const ok = finding('ok');
export const warn = finding('warn');
export const fail = finding('fail');

/** Whether something ends, has ended, or lasts. Times in milliseconds; `what` begins the sentence. */
export const expiry = (check: string, what: string, notAfter: number, now: number): Finding => {
  const date = new Date(notAfter).toISOString().slice(0, 10);
  if (notAfter <= now) return fail(check, `${what} ended on ${date}`);
  const days = Math.floor((notAfter - now) / DAY_MS);
  const ends = `${what} ends on ${date}, in ${days} days`;
  return days < SOON_DAYS ? warn(check, ends) : ok(check, ends);
};
