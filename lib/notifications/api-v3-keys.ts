/**
 * How long an opened APIv3 key is kept. Long enough that a day's notifications cost a few calls of KMS; short enough that
 * a key of KMS that somebody disables opens nothing soon after, as merchants in memory are looked at again after 5 minutes.
 */
const KEEP_MS = 5 * 60_000;

/** Opens a merchant's APIv3 key; rejects with a PresignError. */
export type OpenApiV3Key = (mchid: string, ciphertext: Uint8Array) => Promise<Buffer>;

/**
 * `open`, once for each ciphertext of a merchant. Never across merchants, for each ciphertext opens for its own alone.
 * @param now milliseconds since the epoch.
 */
export const keepApiV3Keys = (open: OpenApiV3Key, now: () => number = Date.now): OpenApiV3Key => {
  const kept = new Map<string, { key: Promise<Buffer>; until: number }>();
  return (mchid, ciphertext) => {
    for (const [id, { until }] of kept) if (now() >= until) kept.delete(id);
    const id = `${mchid} ${Buffer.from(ciphertext).toString('base64')}`;
    const known = kept.get(id);
    if (known !== undefined) return known.key;
    const key = open(mchid, ciphertext);
    kept.set(id, { key, until: now() + KEEP_MS });
    key.catch(() => kept.delete(id));
    return key;
  };
};
