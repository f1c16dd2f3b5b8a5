import { ECHO_PATH } from './echo.ts';
import type { JsonObject } from './types.ts';

/** One realistic body for each path that takes one, in plaintext, about an invented person. */
export const EXAMPLES = {
  '/v3/vehicle/etc/preopen': {
    sp_appid: 'wx47c677487ce3ac47',
    sub_appid: 'wxcbda96de0b165489',
    sub_mchid: '1510770601',
    openid: 'ot35_4gNgXsUuh2sQY0lT9N08AU0',
    plan_id: '97619',
    etc_device_id: 'xxxxxxx',
    plate_number: '藏ZZZZZZ',
    identify: {
      encrypted_real_name: '张三',
      encrypted_credential_id: '11010119900307757X',
      credential_type: 'ID_CARD',
    },
    bank_card_no: '6222021234567890128',
  },
  '/v3/eduschoolpay/contracts/presign': {
    appid: 'wx8888888888888888',
    openid: 'oUpF8uMuAJOM2pxb1Q',
    plan_id: '101164396123311331',
    user_id: '20200330tony',
    school_id: '18260256813396',
    out_contract_code: '20190806125346',
    contract_mode: 'LIMIT_BANK_CARD',
    downgrade_default_contract: true,
    identity: { real_name: '张三', credential_type: 'IDENTITY_CARD', id_card_number: '11010119900307757X' },
    bank_card: {
      bank_card_no: '6222021234567890128',
      valid_thru: '08/28',
      phone: '13800138000',
      bank_type: 'CMC',
    },
  },
  '/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program': {
    appid: 'wxd678efh567h23787',
    out_contract_code: 'APPLYMENT_00000000001',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    real_name: '张三',
    cred_type: 'ID_CARD',
    cred_id: '11010119900307757X',
  },
  [ECHO_PATH]: { echo_message: 'hello', encrypted_echo_message: 'nobody else reads this' },
} as const satisfies Readonly<Record<string, JsonObject>>;
