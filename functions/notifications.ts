import * as z from 'zod/mini';
import { createHandler } from '../lib/compose/notifications.ts';
import type { Notifications } from '../lib/notifications/contract.ts';
import type { Meta } from '../lib/schema.ts';

const member = (meta: Meta) => z.string().check(z.meta(meta));

/** WeChat Pay's scores of another product come under the same two types; these members are in campus contracts alone. */
const campusContract = (contract_status: string) =>
  z.looseObject({
    contract_id: member({
      description: "WeChat Pay's number of the contract.",
      examples: ['123124412412423431'],
    }),
    plan_id: member({ description: 'Template of the contract.', examples: ['101164396123311331'] }),
    out_contract_code: member({
      description: "The merchant's own number of the contract.",
      examples: ['100000'],
    }),
    contract_status: z.optional(
      member({ description: 'ADD: signed. DELETE: ended.', examples: [contract_status] }),
    ),
    mchid: z.optional(
      member({
        description: 'The merchant that WeChat Pay has the contract with.',
        examples: ['1900000001'],
      }),
    ),
    appid: z.optional(
      member({ description: 'The AppID it was signed under.', examples: ['wx8888888888888888'] }),
    ),
    openid: z.optional(
      member({ description: "The user's id under appid.", examples: ['oUpF8uMuAJOM2pxb1Q'] }),
    ),
    create_time: z.optional(
      member({ description: 'When it was signed; RFC 3339.', examples: ['2026-11-21T14:00:00+08:00'] }),
    ),
  });

export const notifications: Notifications = {
  path: '/notifications/{mchid}',
  events: [
    {
      name: 'VehicleEtcContractChanged',
      eventType: 'VEHICLE.USER_STATE_CHANGE',
      summary: 'A contract of automatic ETC toll payment was signed, paused or ended',
      documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012158358',
      resource: z.looseObject({
        contract_id: member({
          description: "WeChat Pay's number of the contract.",
          examples: ['Wx15463511252015071056489715'],
        }),
        bind_state: member({
          description: "The contract's state; WeChat Pay's page lists the values.",
          examples: ['OPENED'],
        }),
        plate_number: z.optional(
          member({ description: 'Number plate of the vehicle.', examples: ['藏ZZZZZZ'] }),
        ),
        appid: z.optional(
          member({ description: "The service provider's AppID.", examples: ['wx47c677487ce3ac47'] }),
        ),
        sp_mchid: z.optional(
          member({ description: "The service provider's number.", examples: ['1900000001'] }),
        ),
        sp_openid: z.optional(
          member({ description: "The user's id under appid.", examples: ['ot35_4gNgXsUuh2sQY0lT9N08AU0'] }),
        ),
        sub_mchid: z.optional(
          member({ description: "The sub-merchant's number.", examples: ['1510770601'] }),
        ),
        sub_openid: z.optional(
          member({
            description: "The user's id under the sub-merchant's AppID.",
            examples: ['oUpF8uMuAJOM2pxb1Q'],
          }),
        ),
      }),
    },
    {
      name: 'EduschoolpayContractSigned',
      eventType: 'PAYSCORE.USER_OPEN_SERVICE',
      summary: 'A user has signed a contract of campus easy-pay',
      documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012160692',
      resource: campusContract('ADD'),
    },
    {
      name: 'EduschoolpayContractTerminated',
      eventType: 'PAYSCORE.USER_CLOSE_SERVICE',
      summary: 'A contract of campus easy-pay has ended',
      documentation: 'https://pay.weixin.qq.com/doc/v3/partner/4012160692',
      resource: campusContract('DELETE'),
    },
  ],
};

export const handler = createHandler('notifications', notifications);
