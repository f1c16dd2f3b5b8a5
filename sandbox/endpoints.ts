import { randomText } from './answer.ts';
import { CAMPUS } from './campus-contracts.ts';
import { ETC } from './etc-contracts.ts';
import { PAYEE } from './payee-contracts.ts';
import { type Endpoint, type Member, missing } from './rules.ts';

const HEX = '0123456789abcdef';
const CODE = /^[0-9A-Za-z_-]*$/;

const text = (max?: number): Member => ({ kind: 'string', ...(max === undefined ? {} : { max }) });
const need = (member: Member): Member => ({ ...member, required: true });
const secret = (max?: number, plain?: number): Member => ({
  kind: 'sensitive',
  ...(max === undefined ? {} : { max }),
  ...(plain === undefined ? {} : { plain }),
});

/** https://pay.weixin.qq.com/doc/v3/partner/4012715215 */
export const vehicleEtcPreopen: Endpoint = {
  path: '/v3/vehicle/etc/preopen',
  members: {
    sp_appid: need(text(32)),
    sub_appid: text(32),
    sub_mchid: text(32),
    openid: need(text(128)),
    plan_id: need(text(32)),
    etc_device_id: text(),
    // Required in the copies of 2021, optional on the page of 2025.
    plate_number: text(32),
    identify: {
      kind: 'object',
      required: true,
      members: {
        encrypted_real_name: need(secret()),
        encrypted_credential_id: need(secret()),
        // Only ID_CARD was ever seen, but no page says that there is nothing else.
        credential_type: need(text(32)),
      },
    },
    bank_card_no: secret(2048),
  },
  answer: { member: 'preopen_id', id: () => randomText(32) },
  contract: ETC,
};

/** https://pay.weixin.qq.com/doc/v3/partner/4012468952 */
export const eduschoolpayContractsPresign: Endpoint = {
  path: '/v3/eduschoolpay/contracts/presign',
  members: {
    appid: need(text(32)),
    openid: need(text(128)),
    plan_id: need(text(32)),
    user_id: { kind: 'string', required: true, max: 32, pattern: /^[0-9A-Za-z]*$/ },
    school_id: need(text(32)),
    out_contract_code: { kind: 'string', required: true, max: 64, pattern: CODE },
    contract_mode: { kind: 'string', values: ['DEFAULT', 'LIMIT_BANK_CARD', 'PRIORITY_BANK_CARD'] },
    downgrade_default_contract: { kind: 'boolean' },
    identity: {
      kind: 'object',
      members: {
        real_name: need(secret()),
        // Plaintext, although copies of the page flag it as encrypted.
        credential_type: need(text(32)),
        id_card_number: secret(),
      },
    },
    bank_card: {
      kind: 'object',
      members: {
        bank_card_no: need(secret()),
        valid_thru: { kind: 'string', pattern: /^(0[1-9]|1[0-2])\/\d{2}$/ },
        phone: secret(),
        bank_type: text(),
      },
    },
  },
  rule(body) {
    const { contract_mode: mode } = body;
    if (mode !== 'LIMIT_BANK_CARD' && mode !== 'PRIORITY_BANK_CARD') return undefined;
    const absent = ['identity', 'bank_card'].find((name) => !Object.hasOwn(body, name));
    return absent === undefined ? undefined : missing(true, `/body/${absent}`);
  },
  businessKey: ({ plan_id, out_contract_code }) => [plan_id, out_contract_code],
  answer: { member: 'presign_token', id: () => randomText(22, HEX) },
  contract: CAMPUS,
};

/** https://pay.weixin.qq.com/doc/v3/partner/4020023723 */
export const individualContractsPreEntrustSign: Endpoint = {
  path: '/v3/ecommerce/individual-contracts/pre-entrust-sign-with-real-name-identity/mini-program',
  members: {
    appid: need(text(32)),
    out_contract_code: { kind: 'string', required: true, max: 128, pattern: CODE },
    openid: need(text(64)),
    real_name: need(secret(512, 64)),
    cred_type: { kind: 'string', required: true, values: ['ID_CARD'] },
    cred_id: need(secret(512, 64)),
  },
  businessKey: ({ out_contract_code }) => [out_contract_code],
  answer: {
    member: 'pre_entrustweb_id',
    id: () => `${randomText(4, '0123456789')}_${randomText(64, HEX)}_${randomText(32, HEX)}`,
  },
  contract: PAYEE,
};

export const ENDPOINTS: readonly Endpoint[] = [
  vehicleEtcPreopen,
  eduschoolpayContractsPresign,
  individualContractsPreEntrustSign,
];
