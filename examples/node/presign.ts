// node presign.ts KEY FILE: pre-signs the ETC user whose request body is in FILE, under the Idempotency-Key KEY.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { client } from './client.ts';
import type { components } from './openapi.d.ts';

type Body = components['schemas']['VehicleEtcPreopenRequest'];
type Launch = components['schemas']['VehicleEtcPreopenAnswer']['launch'];
/** `uncertain`: an earlier attempt had no answer, so WeChat Pay may have made the pre-sign that it refuses now. */
type Final = { launch: Launch } | { refused: string; uncertain: boolean };
/** `afterMs`: the least that the service asks us to wait. `unknown`: whether WeChat Pay may have been asked. */
type Passing = { why: string; afterMs: number; unknown: boolean };

/** The service answers within 20 s, API Gateway within 30. */
const ATTEMPT_MS = 29_000;
const PATIENCE_MS = 120_000;
const [BASE_MS, MOST_MS] = [500, 20_000];

/** A time-out, or a connection that broke: WeChat Pay may have been asked all the same. */
const isNoAnswer = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'TimeoutError' || (error instanceof TypeError && error.cause !== undefined));

const attempt = async (key: string, body: Body): Promise<Final | Passing> => {
  const { data, error, response } = await client.POST('/v3/vehicle/etc/preopen', {
    params: { header: { 'Idempotency-Key': key } },
    body,
    signal: AbortSignal.timeout(ATTEMPT_MS),
  });
  if (data !== undefined) return { launch: data.launch };
  const { status, headers } = response;
  const why = `${status} ${error?.code ?? 'without a code'}`;
  if (status === 409 || status === 429 || status >= 500)
    return { why, afterMs: 1_000 * (Number(headers.get('Retry-After')) || 0), unknown: status >= 500 };
  // API Gateway's own, or somebody's in between: the service has not seen this attempt.
  if (error?.code === undefined)
    throw new Error(`${why}: look at the address, the credentials and the clock`);
  return { refused: why, uncertain: false };
};

/**
 * Asks until there is a final answer, always with the same key and the same body.
 * @throws Error when there is none in two minutes: keep key and body, and ask again later. Whether WeChat Pay has made the
 *   pre-sign is not known until then.
 */
const presign = async (key: string, body: Body): Promise<Final> => {
  const end = Date.now() + PATIENCE_MS;
  let uncertain = false;
  for (let attempts = 1; ; attempts += 1) {
    const answer = await attempt(key, body).catch((error: unknown): Passing => {
      if (!isNoAnswer(error)) throw error;
      return { why: 'no answer', afterMs: 0, unknown: true };
    });
    if ('refused' in answer) return { ...answer, uncertain };
    if ('launch' in answer) return answer;
    const { why, afterMs, unknown } = answer;
    uncertain ||= unknown;
    process.stderr.write(`${key}: attempt ${attempts}: ${why}\n`);
    // Full jitter: callers that failed together do not come back together.
    const backOffMs = Math.random() * Math.min(MOST_MS, BASE_MS * 2 ** attempts);
    const delayMs = Math.max(afterMs, backOffMs);
    if (Date.now() + delayMs > end)
      throw new Error('no final answer; ask again later with this key and body');
    await wait(delayMs);
  }
};

const [, , key = '', file = ''] = process.argv;
const answer = await presign(key, JSON.parse(await readFile(file, 'utf8')) as Body);
if ('launch' in answer) {
  // For the mini-program, as it is.
  process.stdout.write(`${JSON.stringify(answer.launch)}\n`);
} else {
  process.stderr.write(`${key}: refused: ${answer.refused}${answer.uncertain ? ', uncertain' : ''}\n`);
  process.exitCode = 3;
}
