/** One realistic request per endpoint, in plaintext, about an invented person. */
export type Sample = {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly sensitive: readonly string[];
  readonly optional: readonly string[];
  readonly answer: Readonly<Record<string, RegExp>>;
};

export const ETC: Sample = {
  path: '/v3/vehicle/etc/preopen',
  body: {
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
  sensitive: ['/identify/encrypted_real_name', '/identify/encrypted_credential_id', '/bank_card_no'],
  optional: ['/sub_appid', '/sub_mchid', '/etc_device_id', '/plate_number', '/bank_card_no'],
  answer: { preopen_id: /^[0-9A-Za-z]{32}$/ },
};

export const CAMPUS: Sample = {
  path: '/v3/eduschoolpay/contracts/presign',
  body: {
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
  sensitive: [
    '/identity/real_name',
    '/identity/id_card_number',
    '/bank_card/bank_card_no',
    '/bank_card/phone',
  ],
  optional: [
    '/contract_mode',
    '/downgrade_default_contract',
    '/identity/id_card_number',
    '/bank_card/valid_thru',
    '/bank_card/phone',
    '/bank_card/bank_type',
  ],
  answer: { presign_token: /^[0-9a-f]{22}$/ },
};

export const PAYEE: Sample = {
  path: '/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program',
  body: {
    appid: 'wxd678efh567h23787',
    out_contract_code: 'APPLYMENT_00000000001',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    real_name: '张三',
    cred_type: 'ID_CARD',
    cred_id: '11010119900307757X',
  },
  sensitive: ['/real_name', '/cred_id'],
  optional: [],
  answer: { pre_entrustweb_id: /^\d{4}_[0-9a-f]{64}_[0-9a-f]{32}$/ },
};

export const SAMPLES = [ETC, CAMPUS, PAYEE] as const;
