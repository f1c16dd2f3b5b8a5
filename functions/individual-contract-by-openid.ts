import * as z from 'zod/mini';
import { createContractHandler } from '../lib/compose/contract.ts';
import { defineContractEndpoint } from '../lib/contract-endpoint.ts';
import { answerText, answerTextOrEmpty, choice, inPath, text } from '../lib/schema.ts';

export const contractEndpoint = defineContractEndpoint({
  name: 'individualContractByOpenid',
  method: 'GET',
  path: '/v3/ecommerce/individual-contracts/{openid}',
  summary: 'Look up whether a user is an individual payee',
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012739528',
  parameters: {
    path: z.strictObject({
      openid: inPath(128, {
        description: "The payee's id under appid.",
        examples: ['oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'],
      }),
    }),
    query: z.strictObject({
      appid: text(128, { description: 'AppID for signing and paying.', examples: ['wxd678efh567h23787'] }),
      permission_type: choice(['INDIVIDUAL_PAYEE'], {
        description: 'What the user has agreed to.',
        examples: ['INDIVIDUAL_PAYEE'],
      }),
    }),
  },
  response: z.looseObject({
    individual_auth_id: answerTextOrEmpty({
      description: 'What orders for this payee name.',
      examples: ['1900000109'],
    }),
    operation_time: answerTextOrEmpty({
      description: 'When that came about, RFC 3339.',
      examples: ['2026-06-08T10:34:56+08:00'],
    }),
    auth_state: answerText({ description: 'AUTHORIZED or UNAUTHORIZED.', examples: ['AUTHORIZED'] }),
  }),
});

export const handler = createContractHandler(contractEndpoint);
