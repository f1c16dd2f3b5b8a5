import * as z from 'zod/mini';
import { createContractHandler } from '../lib/compose/contract.ts';
import { defineContractEndpoint } from '../lib/contract-endpoint.ts';
import { vehicleEtcContract } from '../lib/contracts.ts';
import { inPath, text } from '../lib/schema.ts';

export const contractEndpoint = defineContractEndpoint({
  name: 'vehicleEtcContractById',
  method: 'GET',
  path: '/v3/vehicle/etc/contracts/{contract_id}',
  summary: 'Look up an ETC contract',
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012715667',
  parameters: {
    path: z.strictObject({
      contract_id: inPath(32, {
        description: 'The ETC contract, as WeChat Pay numbers it.',
        examples: ['aAfixCs13LsdKPpfZfDkk2189ssXjfx'],
      }),
    }),
    query: z.strictObject({
      sub_mchid: z.optional(
        text(32, { description: "The sub-merchant's number.", examples: ['1510770601'] }),
      ),
    }),
  },
  response: vehicleEtcContract,
});

export const handler = createContractHandler(contractEndpoint);
