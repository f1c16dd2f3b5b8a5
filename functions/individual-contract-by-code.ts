import * as z from 'zod/mini';
import { createContractHandler } from '../lib/compose/contract.ts';
import { defineContractEndpoint } from '../lib/contract-endpoint.ts';
import { answerText, answerTextOrEmpty, inPath, text } from '../lib/schema.ts';

export const contractEndpoint = defineContractEndpoint({
  name: 'individualContractByCode',
  method: 'GET',
  path: '/v3/ecommerce/individual-contracts/out-contract-code/{out_contract_code}',
  summary: "Look up an individual payee's contract by the platform's own number",
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4015851492',
  parameters: {
    path: z.strictObject({
      out_contract_code: inPath(128, {
        description: "The platform's own contract number, as it was pre-signed.",
        examples: ['APPLYMENT_00000000001'],
      }),
    }),
    query: z.strictObject({
      appid: text(128, { description: 'AppID for signing and paying.', examples: ['wxd678efh567h23787'] }),
    }),
  },
  response: z.looseObject({
    individual_auth_id: z.optional(
      answerTextOrEmpty({ description: 'What orders for this payee name.', examples: ['1900000109'] }),
    ),
    // The page has it required, of contracts that nobody has signed too.
    signed_time: z.optional(
      answerTextOrEmpty({
        description: 'When it was signed, RFC 3339.',
        examples: ['2026-06-08T10:34:56+08:00'],
      }),
    ),
    auth_state: answerText({ description: 'AUTHORIZED or UNAUTHORIZED.', examples: ['AUTHORIZED'] }),
    individual_openid: z.optional(
      answerTextOrEmpty({
        description: "The payee's id under appid.",
        examples: ['oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'],
      }),
    ),
    real_name_auth_result: z.optional(
      z.looseObject({
        scope: answerTextOrEmpty({ description: 'pay_realname.', examples: ['pay_realname'] }),
        access_token: answerText({
          description: 'A credential: keep it, and log it nowhere.',
          examples: ['ACCESS_TOKEN'],
        }),
        access_token_expire_time: answerTextOrEmpty({
          description: 'Until when it is good, RFC 3339.',
          examples: ['2026-06-08T12:34:56+08:00'],
        }),
      }),
    ),
  }),
});

export const handler = createContractHandler(contractEndpoint);
