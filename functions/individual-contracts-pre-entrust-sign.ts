import * as z from 'zod/mini';
import { createHandler } from '../lib/compose/endpoint.ts';
import { defineEndpoint } from '../lib/endpoint.ts';
import { openSigned } from '../lib/launch.ts';
import { NOT_CODE } from '../lib/rules.ts';
import { answerText, choice, code, sensitive, text } from '../lib/schema.ts';

export const endpoint = defineEndpoint({
  name: 'individualContractsPreEntrustSign',
  path: '/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program',
  summary: 'Pre-sign an individual payee, with a check of the real name',
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4020023723',
  request: z.strictObject({
    appid: text(32, { description: 'AppID for signing and paying.', examples: ['wxd678efh567h23787'] }),
    out_contract_code: code(128, /^[0-9A-Za-z_-]+$/, NOT_CODE, {
      description: "The platform's own contract number, unique within the platform.",
      examples: ['APPLYMENT_00000000001'],
    }),
    openid: text(64, {
      description: "The payee's id under appid.",
      examples: ['oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'],
    }),
    real_name: sensitive(64, { description: "The payee's name, as WeChat knows it.", examples: ['张三'] }),
    cred_type: choice(['ID_CARD'], { description: 'Kind of identity document.', examples: ['ID_CARD'] }),
    cred_id: sensitive(64, {
      description: 'Number of the identity document.',
      examples: ['11010119900307757X'],
    }),
  }),
  response: z.looseObject({
    pre_entrustweb_id: answerText({
      description: "Opens WeChat Pay's signing page; use it within minutes.",
      examples: [
        '1121_9f3cec22a2d367737674d08d98e5e07b8388495fafedc0eba83c327e8ad720ed_12bfdd59b387c4bff8543de4719a886a',
      ],
    }),
  }),
  // Documented for apps (https://pay.weixin.qq.com/doc/v3/partner/4015804450); for mini-programs by analogy, for no page
  // tells how they open a pre_entrustweb_id.
  launch: openSigned({
    packageOf: (
      { out_contract_code }: { appid: string; out_contract_code: string },
      { pre_entrustweb_id }: { pre_entrustweb_id: string },
    ) =>
      `preEntrustwebId=${pre_entrustweb_id}&outContractCode=${out_contract_code}&permissionType=INDIVIDUAL_PAYEE`,
    examplePackage:
      'preEntrustwebId=1121_9f3c&outContractCode=APPLYMENT_00000000001&permissionType=INDIVIDUAL_PAYEE',
  }),
});

export const handler = createHandler(endpoint);
