import { describe, expect, it } from '@jest/globals';
import { parseEnvelope } from '../../../lib/notifications/envelope.ts';
import { platformKeys } from '../../../lib/wechatpay/platform-keys.ts';
import { verifySigned } from '../../../lib/wechatpay/verifier.ts';
import { OFFICIAL } from '../../support/fixtures/official-notification.ts';
import { FETCHED_AT, failureOf } from '../../support/protocol.ts';

const { serial, certificatePem, headers, body, now } = OFFICIAL;
const keys = platformKeys({ [serial]: { kind: 'CERTIFICATE', pem: certificatePem, fetched_at: FETCHED_AT } });
const verify = (changed: { headers?: Record<string, string>; body?: string; at?: number } = {}) =>
  verifySigned(
    { headers: { ...headers, ...changed.headers }, body: Buffer.from(changed.body ?? body) },
    { keys, refreshKeys: async () => keys, now: () => changed.at ?? now },
  );

describe('the notification that WeChat Pay’s own SDK for Go is tested with', () => {
  it('verifies, and says what it is', async () => {
    await verify();
    expect(parseEnvelope(Buffer.from(body))).toMatchObject({
      id: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
      event_type: 'PAYSCORE.USER_OPEN_SERVICE',
      create_time: '2021-06-24T16:37:26+08:00',
      resource: { associated_data: 'payscore', nonce: 'Kj7QIyUiYx1q' },
    });
  });

  it('does not with any byte changed, nor later', async () => {
    for (let at = 0; at < body.length; at += 7) {
      const other = `${body.slice(0, at)}${body[at] === 'x' ? 'y' : 'x'}${body.slice(at + 1)}`;
      expect((await failureOf(verify({ body: other }))).reason).toBe('verification_signature');
    }
    const nonce = { 'wechatpay-nonce': `${headers['wechatpay-nonce']}x` };
    expect((await failureOf(verify({ headers: nonce }))).reason).toBe('verification_signature');
    expect((await failureOf(verify({ at: now + 301_000 }))).reason).toBe('verification_timestamp');
  });
});
