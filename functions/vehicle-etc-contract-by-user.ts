import * as z from 'zod/mini';
import { createContractHandler } from '../lib/compose/contract.ts';
import { defineContractEndpoint } from '../lib/contract-endpoint.ts';
import { vehicleEtcContract } from '../lib/contracts.ts';
import { inPath, text } from '../lib/schema.ts';

export const contractEndpoint = defineContractEndpoint({
  name: 'vehicleEtcContractByUser',
  method: 'GET',
  path: '/v3/vehicle/etc/users/{openid}/contracts',
  summary: "Look up the ETC contract of a user's vehicle",
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012715623',
  parameters: {
    path: z.strictObject({
      // The pre-open takes 128 characters; this page says 32.
      openid: inPath(32, {
        description: "The user's id under the AppID that began the signing.",
        examples: ['ot35_4gNgXsUuh2sQY0lT9N08AU0'],
      }),
    }),
    query: z.strictObject({
      plan_id: text(32, {
        description: 'ETC authorisation template, issued by WeChat Pay.',
        examples: ['97619'],
      }),
      plate_number: text(32, { description: 'Number plate.', examples: ['藏ZZZZZZ'] }),
      sub_mchid: z.optional(
        text(32, { description: "The sub-merchant's number.", examples: ['1510770601'] }),
      ),
    }),
  },
  response: vehicleEtcContract,
});

export const handler = createContractHandler(contractEndpoint);
