import * as z from 'zod/mini';
import { createContractHandler } from '../lib/compose/contract.ts';
import { defineContractEndpoint } from '../lib/contract-endpoint.ts';
import { eduschoolpayContract } from '../lib/contracts.ts';
import { NOT_POSITIVE, NOT_WHOLE } from '../lib/rules.ts';
import { answerNumber, answerTextOrEmpty, choice, code, inPath, text } from '../lib/schema.ts';

export const contractEndpoint = defineContractEndpoint({
  name: 'eduschoolpayContractsByUser',
  method: 'GET',
  path: '/v3/eduschoolpay/users/{openid}/contracts',
  summary: "List a user's campus easy-pay contracts",
  documentation: 'https://pay.weixin.qq.com/wiki/doc/apiv3/wxpay/edu/eduschoolpay/chapter3_4.shtml',
  parameters: {
    path: z.strictObject({
      openid: inPath(128, { description: "The user's id under appid.", examples: ['oUpF8uMuAJOM2pxb1Q'] }),
    }),
    query: z.strictObject({
      plan_id: text(32, { description: 'Signing template.', examples: ['101164396123311331'] }),
      contract_status: choice(['ADD', 'DELETE'], {
        description: 'ADD: signed. DELETE: ended.',
        examples: ['ADD'],
      }),
      offset: z.optional(
        code(9, /^[0-9]+$/, NOT_WHOLE, {
          description: 'Where the page begins, from 0.',
          examples: ['0'],
        }),
      ),
      limit: z.optional(
        code(9, /^[1-9][0-9]*$/, NOT_POSITIVE, {
          description: 'How many contracts the page has at most.',
          examples: ['20'],
        }),
      ),
    }),
  },
  response: z.looseObject({
    data: z.optional(z.array(eduschoolpayContract)),
    offset: answerNumber({ description: 'Where the page begins.', examples: [0] }),
    limit: answerNumber({ description: 'How many contracts it has at most.', examples: [20] }),
    total_count: answerNumber({ description: 'How many contracts there are.', examples: [1] }),
    links: z.looseObject({
      self: answerTextOrEmpty({
        description: 'Path and query of this page.',
        examples: ['/v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=0&limit=20'],
      }),
      next: z.optional(
        answerTextOrEmpty({
          description: 'Those of the next page, if there is one.',
          examples: ['/v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=20&limit=20'],
        }),
      ),
      prev: z.optional(
        answerTextOrEmpty({
          description: 'Those of the page before, if there is one.',
          examples: ['/v3/eduschoolpay/users/oUpF8uMuAJOM2pxb1Q/contracts?offset=0&limit=20'],
        }),
      ),
    }),
  }),
});

export const handler = createContractHandler(contractEndpoint);
