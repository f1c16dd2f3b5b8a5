// What every SDK is put through. A new row is a new case for all of them.

/**
 * Answers that are not to be trusted, or are none, by what is wrong with them; in both key modes. `word`: asked for in an
 * encrypted field instead, in certificate mode. Left out are `hang`, for which an SDK waits as long as it likes, and faults
 * that are signed well: only who knows the endpoint can tell.
 */
export const BAD_ANSWERS = {
  error: [
    { kind: 'rate-limit', word: 'SANDBOX_RATE_LIMIT' },
    { kind: 'system-error', word: 'SANDBOX_SYSTEM_ERROR' },
    { kind: 'unavailable', word: 'SANDBOX_UNAVAILABLE' },
    { kind: 'error-page', status: 502 },
    { kind: 'refuse', status: 400, code: 'PARAM_ERROR', message: '参数错误' },
  ],
  broken: [{ kind: 'reset', word: 'SANDBOX_RESET' }, { kind: 'reset-after' }, { kind: 'truncated-body' }],
  forged: [
    { kind: 'bad-signature', word: 'SANDBOX_BAD_SIGNATURE' },
    { kind: 'signtest' },
    { kind: 'altered-body' },
    { kind: 'unknown-serial' },
  ],
  headers: [
    { kind: 'missing-headers' },
    ...['Timestamp', 'Nonce', 'Signature', 'Serial'].map((name) => ({
      kind: 'missing-headers',
      names: [`Wechatpay-${name}`],
    })),
  ],
  time: [
    { kind: 'stale-timestamp', direction: 'past' },
    { kind: 'stale-timestamp', direction: 'future' },
  ],
  type: [{ kind: 'wrong-signature-type' }],
};

/**
 * What callers do wrong, and all that the sandbox is to say about it. `open` changes what the client is told, `seal` how
 * the fields are encrypted (`null`: not at all), `post` how the call is made; `clock` is how far WeChat Pay's is ahead, and
 * `mode` the key mode of the merchant (default: public key), which `changes` once the client has its keys.
 */
export const MISTAKES = {
  'a strange private key': {
    open: ({ strange }) => ({ privateKey: strange }),
    findings: ['key.unknown'],
  },
  "another merchant's private key": {
    open: ({ other }) => ({ privateKey: other.privateKeyPem }),
    findings: ['key.other_merchant'],
  },
  'a serial that nobody has': {
    open: () => ({ serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1' }),
    findings: ['serial.unknown', 'key.other_serial'],
  },
  'the serial as a decimal number': {
    open: ({ merchant }) => ({ serial: BigInt(`0x${merchant.serial}`).toString() }),
    findings: ['serial.decimal', 'key.other_serial'],
  },
  "WeChat Pay's serial for the own one": {
    open: ({ platform }) => ({ serial: platform.serial }),
    findings: ['serial.platform', 'key.other_serial'],
  },
  'a number that no merchant has': {
    open: () => ({ mchid: '1999999999' }),
    findings: ['mchid.unknown'],
  },
  "another merchant's number": {
    open: ({ other }) => ({ mchid: other.mchid }),
    findings: ['serial.other_merchant', 'platform_key.other_merchant'],
  },
  'a body changed after it was signed': {
    post: { altered: true },
    findings: ['message.body_reserialised'],
  },
  'a clock behind': { clock: 420, findings: ['timestamp.behind'] },
  'a clock ahead': { clock: -420, findings: ['timestamp.ahead'] },
  'no encryption': { seal: null, findings: ['field.plaintext'] },
  'the own certificate to encrypt with': {
    seal: ({ merchant }) => ({ certificate: merchant.certificatePem }),
    findings: ['field.own_certificate'],
  },
  'the platform certificate under the name of the public key': {
    seal: ({ platform }) => ({ certificate: platform.certificate_pem }),
    findings: ['field.other_key'],
  },
  'PKCS#1 padding': {
    mode: 'certificate',
    seal: ({ platform }) => ({ certificate: platform.certificate_pem, padding: 'pkcs1' }),
    findings: ['field.pkcs1_padding'],
  },
  'a public key id that nobody has': {
    open: () => ({ publicKeyId: 'PUB_KEY_ID_0114232134912410000000000000' }),
    findings: ['platform_key.unknown'],
  },
  'the own serial in Wechatpay-Serial': {
    open: ({ merchant }) => ({ publicKeyId: merchant.serial }),
    findings: ['platform_key.merchant_serial'],
  },
  'no Wechatpay-Serial': {
    mode: 'certificate',
    post: { unnamed: true },
    findings: ['platform_key.missing'],
  },
  'a public key that is not switched on': { changes: 'certificate', findings: ['platform_key.mode'] },
};

/** What an SDK is known to take, of BAD_ANSWERS; and what cannot be done wrong with it, of MISTAKES. */
export const SDKS = {
  'wechatpay-axios-plugin': {
    takes: ['wrong-signature-type'],
    cannot: ['PKCS#1 padding', 'the own serial in Wechatpay-Serial'],
  },
  'wechatpay-node-v3': {
    takes: ['forged', 'headers', 'time', 'type'].flatMap((group) =>
      BAD_ANSWERS[group].map(({ kind }) => kind),
    ),
    cannot: [],
  },
  wechatpayv3: { takes: ['stale-timestamp'], cannot: ['PKCS#1 padding'] },
  'wechatpay-php': {
    takes: ['wrong-signature-type'],
    cannot: ['PKCS#1 padding', 'the own serial in Wechatpay-Serial'],
  },
  'wechatpay-go': { takes: ['wrong-signature-type'], cannot: ['no Wechatpay-Serial'] },
  'wechatpay-java': { takes: ['wrong-signature-type'], cannot: ['no Wechatpay-Serial'] },
};
