/** Contracts as WeChat Pay tells of them. What is optional here, no page says that it is always there. */
import * as z from 'zod/mini';
import { answerText, answerTextOrEmpty } from './schema.ts';

/** https://pay.weixin.qq.com/doc/v3/partner/4012715667 */
export const vehicleEtcContract = z.looseObject({
  appid: answerTextOrEmpty({
    description: 'AppID that began the signing.',
    examples: ['wxcbda96de0b165486'],
  }),
  sp_mchid: answerTextOrEmpty({ description: "The service provider's number.", examples: ['1900000001'] }),
  sp_openid: answerTextOrEmpty({
    description: "The user's id under appid.",
    examples: ['ot35_4gNgXsUuh2sQY0lT9N08AU0'],
  }),
  sub_appid: z.optional(
    answerTextOrEmpty({ description: "The sub-merchant's AppID.", examples: ['wxcbda96de0b165489'] }),
  ),
  sub_mchid: z.optional(
    answerTextOrEmpty({ description: "The sub-merchant's number.", examples: ['1510770601'] }),
  ),
  sub_openid: z.optional(
    answerTextOrEmpty({
      description: "The user's id under sub_appid.",
      examples: ['ot35_4gNgXsUuh2sQY0lT9N08AU1'],
    }),
  ),
  contract_id: answerText({
    description: 'The ETC contract.',
    examples: ['aAfixCs13LsdKPpfZfDkk2189ssXjfx'],
  }),
  bind_state: answerText({
    description: 'OPENED, PAUSE (the user has paused it) or DELETED (it has ended).',
    examples: ['OPENED'],
  }),
  plate_number: answerTextOrEmpty({ description: 'Number plate.', examples: ['藏ZZZZZZ'] }),
});

/** https://pay.weixin.qq.com/doc/v3/partner/4012468959 */
export const eduschoolpayContract = z.looseObject({
  contract_id: answerText({ description: 'The contract.', examples: ['2045011120563805041758214605'] }),
  mchid: answerTextOrEmpty({ description: 'The merchant.', examples: ['1900000001'] }),
  appid: answerTextOrEmpty({ description: "The merchant's AppID.", examples: ['wx8888888888888888'] }),
  openid: answerTextOrEmpty({ description: "The user's id under appid.", examples: ['oUpF8uMuAJOM2pxb1Q'] }),
  plan_id: answerTextOrEmpty({ description: 'Signing template.', examples: ['101164396123311331'] }),
  contract_status: answerText({ description: 'ADD (signed) or DELETE (ended).', examples: ['ADD'] }),
  create_time: answerTextOrEmpty({
    description: 'When it was signed, RFC 3339.',
    examples: ['2026-09-01T09:43:39+08:00'],
  }),
  out_contract_code: answerTextOrEmpty({
    description: "The merchant's own contract number.",
    examples: ['20190806125346'],
  }),
});
