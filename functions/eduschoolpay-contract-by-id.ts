import * as z from 'zod/mini';
import { createContractHandler } from '../lib/compose/contract.ts';
import { defineContractEndpoint } from '../lib/contract-endpoint.ts';
import { eduschoolpayContract } from '../lib/contracts.ts';
import { inPath } from '../lib/schema.ts';

export const contractEndpoint = defineContractEndpoint({
  name: 'eduschoolpayContractById',
  method: 'GET',
  path: '/v3/eduschoolpay/contracts/{contract_id}',
  summary: 'Look up a campus easy-pay contract',
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012468959',
  parameters: {
    path: z.strictObject({
      contract_id: inPath(32, {
        description: 'The contract, as WeChat Pay numbers it.',
        examples: ['2045011120563805041758214605'],
      }),
    }),
    query: z.strictObject({}),
  },
  response: eduschoolpayContract,
});

export const handler = createContractHandler(contractEndpoint);
