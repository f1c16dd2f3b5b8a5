import * as z from 'zod/mini';
import { createHandler } from '../lib/compose/endpoint.ts';
import { defineEndpoint } from '../lib/endpoint.ts';
import { openMiniProgram } from '../lib/launch.ts';
import { answerText, sensitive, text } from '../lib/schema.ts';

const preopen_id = answerText({
  description: 'Pass it to the car-owner mini-program as extraData.preopen_id.',
  examples: ['sdjf23kdsHJfdksj8djsK98HJio5hdI0'],
});

export const endpoint = defineEndpoint({
  name: 'vehicleEtcPreopen',
  path: '/v3/vehicle/etc/preopen',
  summary: 'Pre-open automatic ETC toll payment for a vehicle owner',
  documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012715215',
  request: z.strictObject({
    sp_appid: text(32, { description: "The service provider's AppID.", examples: ['wx47c677487ce3ac47'] }),
    sub_appid: z.optional(
      text(32, { description: "The sub-merchant's AppID.", examples: ['wxcbda96de0b165489'] }),
    ),
    sub_mchid: z.optional(text(32, { description: "The sub-merchant's number.", examples: ['1510770601'] })),
    openid: text(128, {
      description: "The user's id under sp_appid or sub_appid.",
      examples: ['ot35_4gNgXsUuh2sQY0lT9N08AU0'],
    }),
    plan_id: text(32, {
      description: 'ETC authorisation template, issued by WeChat Pay.',
      examples: ['97619'],
    }),
    etc_device_id: z.optional(
      text(undefined, { description: 'Number of the ETC device.', examples: ['xxxxxxx'] }),
    ),
    // Older copies of the documentation require it; the newest official page (2025-01-09) does not.
    plate_number: z.optional(
      text(32, {
        description: "Number plate. Optional here, but the later query by the user's openid asks for it.",
        examples: ['藏ZZZZZZ'],
      }),
    ),
    // Spelt `identify` here, `identity` in the campus endpoint: WeChat Pay refuses one for the other.
    identify: z.strictObject({
      encrypted_real_name: sensitive(undefined, { description: "The user's name.", examples: ['张三'] }),
      encrypted_credential_id: sensitive(undefined, {
        description: 'Number of the identity document.',
        examples: ['11010119900307757X'],
      }),
      // In plaintext. ID_CARD is the only value ever documented, but nothing says that the list is closed.
      credential_type: text(32, {
        description: 'Kind of identity document: ID_CARD.',
        examples: ['ID_CARD'],
      }),
    }),
    bank_card_no: z.optional(
      sensitive(undefined, { description: 'Card to charge.', examples: ['6222021234567890128'] }),
    ),
  }),
  response: z.looseObject({
    preopen_id,
  }),
  // The pair is official (…/etc-authorization/contracts/query-manage-state.html); the name of the member in extraData is
  // what production mini-programs send, for the official page of this jump was not found.
  launch: openMiniProgram({
    appId: 'wxbcad394b3d99dac9',
    path: 'pages/etc/index',
    extraData: { preopen_id },
  }),
});

export const handler = createHandler(endpoint);
