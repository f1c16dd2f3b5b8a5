import { EXAMPLES } from '../../../sandbox/examples.ts';

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
  body: EXAMPLES['/v3/vehicle/etc/preopen'],
  sensitive: ['/identify/encrypted_real_name', '/identify/encrypted_credential_id', '/bank_card_no'],
  optional: ['/sub_appid', '/sub_mchid', '/etc_device_id', '/plate_number', '/bank_card_no'],
  answer: { preopen_id: /^[0-9A-Za-z]{32}$/ },
};

export const CAMPUS: Sample = {
  path: '/v3/eduschoolpay/contracts/presign',
  body: EXAMPLES['/v3/eduschoolpay/contracts/presign'],
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
  body: EXAMPLES['/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program'],
  sensitive: ['/real_name', '/cred_id'],
  optional: [],
  answer: { pre_entrustweb_id: /^\d{4}_[0-9a-f]{64}_[0-9a-f]{32}$/ },
};

export const SAMPLES = [ETC, CAMPUS, PAYEE] as const;
