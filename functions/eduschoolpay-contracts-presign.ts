import * as z from 'zod/mini';
import { createHandler } from '../lib/compose/endpoint.ts';
import { defineEndpoint } from '../lib/endpoint.ts';
import { openMiniProgram } from '../lib/launch.ts';
import { NOT_ALPHANUMERIC, NOT_CODE, NOT_MONTH } from '../lib/rules.ts';
import { answerText, choice, code, flag, requiredWhen, sensitive, text } from '../lib/schema.ts';

const presign_token = answerText({
  description:
    "Valid for two hours; pass it to WeChat Pay's signing mini-program as extraData.presign_token.",
  examples: ['0044de6c799739c2e8534b'],
});

export const endpoint = defineEndpoint({
  name: 'eduschoolpayContractsPresign',
  path: '/v3/eduschoolpay/contracts/presign',
  summary: 'Pre-sign a campus easy-pay contract for a student account',
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012468952',
  request: z
    .strictObject({
      appid: text(32, { description: 'AppID bound to the merchant.', examples: ['wx8888888888888888'] }),
      openid: text(128, { description: "The user's id under appid.", examples: ['oUpF8uMuAJOM2pxb1Q'] }),
      plan_id: text(32, {
        description: 'Signing template; WeChat Pay refuses one that is not of this school_id.',
        examples: ['101164396123311331'],
      }),
      user_id: code(32, /^[0-9A-Za-z]+$/, NOT_ALPHANUMERIC, {
        description: 'Account in the school, such as the student number; shown on the signing page.',
        examples: ['20200330tony'],
      }),
      school_id: text(32, { description: 'School, as WeChat Pay numbers it.', examples: ['18260256813396'] }),
      out_contract_code: code(64, /^[0-9A-Za-z_-]+$/, NOT_CODE, {
        description: "The merchant's own contract number, unique within a plan_id.",
        examples: ['20190806125346'],
      }),
      contract_mode: z.optional(
        choice(['DEFAULT', 'LIMIT_BANK_CARD', 'PRIORITY_BANK_CARD'], {
          description:
            'DEFAULT: any card or balance. LIMIT_BANK_CARD: that card only. PRIORITY_BANK_CARD: it first.',
          examples: ['LIMIT_BANK_CARD'],
        }),
      ),
      downgrade_default_contract: z.optional(
        flag({
          description: 'Whether to fall back to DEFAULT when the card cannot be used.',
          examples: [true],
        }),
      ),
      identity: z.optional(
        z.strictObject({
          real_name: sensitive(undefined, { description: "The user's name.", examples: ['张三'] }),
          // Marked encrypted in two community copies, whose own example is this plain value: it goes in plaintext.
          credential_type: text(32, {
            description: 'Kind of identity document: IDENTITY_CARD.',
            examples: ['IDENTITY_CARD'],
          }),
          id_card_number: z.optional(
            sensitive(undefined, {
              description: 'Number of the identity document.',
              examples: ['11010119900307757X'],
            }),
          ),
        }),
      ),
      bank_card: z.optional(
        z.strictObject({
          bank_card_no: sensitive(undefined, {
            description: 'Card number.',
            examples: ['6222021234567890128'],
          }),
          valid_thru: z.optional(
            code(5, /^(?:0[1-9]|1[0-2])[/][0-9]{2}$/, NOT_MONTH, {
              description: 'Expiry, MM/yy.',
              examples: ['08/28'],
            }),
          ),
          phone: z.optional(
            sensitive(undefined, { description: 'Mobile number the bank knows.', examples: ['13800138000'] }),
          ),
          bank_type: z.optional(
            text(undefined, { description: "WeChat Pay's code of the bank.", examples: ['CMC'] }),
          ),
        }),
      ),
    })
    .check(
      ...requiredWhen('contract_mode', ['LIMIT_BANK_CARD', 'PRIORITY_BANK_CARD'], ['identity', 'bank_card']),
    ),
  response: z.looseObject({
    presign_token,
  }),
  // https://pay.weixin.qq.com/docs/partner/apis/campus-easy-pay/contracts/applet-signing-service.html
  launch: openMiniProgram({
    appId: 'wxfb66fbe7068ae9cd',
    path: 'pages/index/index',
    extraData: { presign_token },
  }),
});

export const handler = createHandler(endpoint);
