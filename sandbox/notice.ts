import { sealAead } from './aead.ts';
import { randomText } from './answer.ts';
import { beijingTime } from './time.ts';
import type { Notice } from './types.ts';

/** The envelope of https://pay.weixin.qq.com/doc/v3/partner/4012158358; `now` in ms since the epoch. */
export function sealNotice(notice: Notice, apiV3Key: string, now: number): { id: string; body: Buffer } {
  const { eventType, resource, originalType, associatedData, summary } = notice;
  const id = randomText(32);
  const envelope = {
    id,
    create_time: beijingTime(now),
    resource_type: 'encrypt-resource',
    event_type: eventType,
    summary,
    resource: {
      original_type: originalType,
      ...sealAead(JSON.stringify(resource), apiV3Key, associatedData),
    },
  };
  return { id, body: Buffer.from(JSON.stringify(envelope)) };
}
