import type { CheckName } from '../../anatomy.ts';
import type { FaultKind } from '../../fault.ts';

const checks: Readonly<Record<CheckName, string>> = {
  route: 'Path and method',
  headers: 'Headers',
  authorization: 'Authorization',
  certificate: 'Merchant’s certificate',
  clock: 'Time',
  nonce: 'Nonce',
  signature: 'Signature',
  platform_key: 'Wechatpay-Serial',
  body: 'Body',
  fields: 'Sensitive fields',
};

type Kind = { readonly title: string; readonly text: string };
/** `refuse` and `request-id` want more than a switch. */
const kinds: Readonly<Record<Exclude<FaultKind, 'refuse' | 'request-id'>, Kind>> = {
  latency: {
    title: 'Slow answer',
    text: 'The call is carried out at once and answered three seconds later.',
  },
  'rate-limit': {
    title: '429, too many calls',
    text: 'RATELIMIT_EXCEEDED with Retry-After: production answers so when a merchant calls too often. Nothing is carried out.',
  },
  'system-error': {
    title: '500, system error',
    text: 'SYSTEM_ERROR: production asks to try again with the same parameters.',
  },
  unavailable: {
    title: '503, unavailable',
    text: 'SERVICE_UNAVAILABLE: nothing is carried out; try again later.',
  },
  'error-page': {
    title: '502, a page of HTML',
    text: 'A gateway in front of production answers; no JSON, no signature.',
  },
  reset: { title: 'Reset before', text: 'The connection breaks and nothing was carried out.' },
  hang: {
    title: 'No answer',
    text: 'Nothing is ever answered, and nothing carried out: the client’s time-out ends it.',
  },
  'reset-after': {
    title: 'Reset after',
    text: 'The call is carried out, then the connection breaks: the client cannot know.',
  },
  'hang-after': { title: 'Done, no answer', text: 'The call is carried out and nothing is ever answered.' },
  'truncated-body': {
    title: 'Half an answer',
    text: 'The call is carried out; the answer ends in the middle.',
  },
  'bad-signature': {
    title: 'Wrong signature',
    text: 'The answer’s signature is over other bytes: a client must not believe it.',
  },
  signtest: {
    title: 'Signature probe',
    text: 'WECHATPAY/SIGNTEST/…: production tests so now and then whether a merchant verifies signatures.',
  },
  'unknown-serial': {
    title: 'Unknown serial',
    text: 'Signed with a key that nobody published: a client looks for it once, then refuses.',
  },
  'stale-timestamp': {
    title: 'Old timestamp',
    text: 'Well signed, but 330 seconds ago, as a replay is; 300 are allowed.',
  },
  'missing-headers': {
    title: 'No signature headers',
    text: 'A proxy on the way has removed the Wechatpay-… headers.',
  },
  'wrong-signature-type': {
    title: 'Other signature type',
    text: 'Wechatpay-Signature-Type names SM2, which the client did not ask for.',
  },
  'altered-body': {
    title: 'Altered answer',
    text: 'One character of the body was changed after it was signed.',
  },
  'wrong-shape': {
    title: 'Unexpected JSON',
    text: 'Well signed JSON that is not what the documentation says.',
  },
  'oversized-body': { title: '8 MiB of answer', text: 'Well signed, and far too long.' },
  'no-content': { title: '204 instead of 200', text: 'Well signed, and empty.' },
};

const anatomy = {
  title: (n: number) => `Request ${n}`,
  back: '← All requests',
  hosts: { primary: 'first host', backup: 'second host' },
  fault: (title: string) => `Fault: ${title}`,
  processed: 'carried out all the same',
  findings: 'What to look at',
  checks: 'Checks',
  message: 'What should have been signed',
  messageHint: 'Line by line; \\n marks each newline, the last one included.',
  noMessage: 'It cannot be told without the timestamp and the nonce of a readable Authorization.',
  requestLines: ['method', 'URL', 'timestamp', 'nonce', 'body'],
  answerLines: ['timestamp', 'nonce', 'body'],
  newline: 'newline',
  noAuthorization: 'There is no such header.',
  badAuthorization: 'It cannot be taken apart; see the headers below.',
  fields: 'Sensitive fields, decrypted',
  sealed: 'could not be decrypted',
  request: 'What came in',
  requestBody: 'Body of the request',
  answer: 'What was answered',
  answerBody: 'Body of the answer',
  answerMessage: 'What WeChat Pay signed',
  unsigned: 'This answer carries no signature.',
  noAnswer: 'Nothing whole was answered.',
  bytes: (bytes: number) => `${bytes} bytes`,
  base64: 'No UTF-8; shown as Base64.',
};

const requests = {
  list: 'List of requests',
  filter: 'Filter',
  hint: 'path, status, code, merchant',
  which: 'Show',
  all: 'all',
  refused: 'refused',
  fault: 'that met a fault',
  count: (shown: number, all: number) => (shown === all ? `${all} requests` : `${shown} of ${all} requests`),
  none: 'Nothing has come in yet. Point a client here, or send something from “Try it”.',
  choose: 'Choose a request to see all of it.',
  noAnswer: 'no answer',
};

const product = {
  list: 'Requests of the product',
  none: 'Nobody has asked the product yet. Send something from “Try it”, or to',
  alone: 'No product runs beside this sandbox.',
  choose: 'Choose a request to see its steps.',
  title: (n: number) => `Request ${n} of the product`,
  back: '← All requests of the product',
  byEvent: 'event',
  waiting: 'no outcome yet',
  timeline: 'Time line',
  ms: (ms: number) => `${ms} ms`,
  steps: {
    came: 'The caller’s request came',
    handed: 'The message was handed to the product',
    signed: 'Signed with the merchant’s key',
    called: 'WeChat Pay got the call',
    call_over: 'WeChat Pay answered',
    answered: 'The caller was answered',
  },
  call: (n: number) => `Request ${n} at WeChat Pay`,
  broken: 'broke off',
  digest: 'SHA-256 of what was signed',
  digestFits: 'That is the digest of the call that came.',
  digestDiffers: 'That is not the digest of the call that came:',
  forAnswer: 'It is a part of the answer.',
  notCalled: 'WeChat Pay was not asked.',
  replayed: (n: number) => `WeChat Pay was not asked again: this is the remembered answer of request ${n}.`,
  request: 'What the caller sent',
  requestBody: 'Body from the caller',
  valid: 'It has passed validation.',
  fields: 'Fields that were encrypted',
  by: { product: 'by the product', caller: 'by the caller itself' },
  verified: 'WeChat Pay’s answer, found genuine',
  verifiedWith: (serial: string) => `The signature holds with the key ${serial}.`,
  verifiedBody: 'Body of WeChat Pay’s answer',
  answer: 'What the caller was answered',
  answerBody: 'Body for the caller',
  noAnswer: 'Nothing, or not yet.',
  log: 'What the product logged of it',
  see: (n: number) => `See the steps of the product’s request ${n}`,
};

const weather = {
  intro:
    'A fault meets calls with nothing wrong in them: a refusal is never covered up. There is one at a time, the slow answer included.',
  on: 'on',
  off: 'off',
  once: 'Next call only',
  waiting: (left: number) => (left === 1 ? 'waits for a call' : `waits for ${left} calls`),
  clear: 'Fair weather',
  clock: 'WeChat Pay’s clock',
  clockHint: 'More than 300 seconds from the caller’s, either way, and signatures are refused.',
  ahead: (seconds: number) =>
    seconds === 0
      ? 'It is right.'
      : seconds > 0
        ? `It is ${seconds} s ahead.`
        : `It is ${-seconds} s behind.`,
  seconds: 'Seconds ahead (negative: behind)',
  setClock: 'Set the clock',
  rightClock: 'Put it right',
  reset: 'Start again',
  resetHint:
    'Forgets all requests, faults, pre-signs, contracts and notifications, and puts the clock right. Merchants and keys stay.',
  forget: 'Forget everything',
  kinds,
};

const keys = {
  merchants: 'Merchants',
  none: 'There is no merchant yet.',
  mode: 'Keys of WeChat Pay',
  modes: {
    certificate: 'platform certificates',
    'public-key': 'WeChat Pay public key',
    both: 'both, as during the migration',
  },
  publicKey: 'WeChat Pay public key',
  certificates: 'Merchant’s certificates',
  platform: 'WeChat Pay’s certificates',
  serial: 'Serial',
  left: 'Days left',
  days: (days: number) => (days < 0 ? 'expired' : `${days} days`),
  actions: 'Actions',
  from: (date: string) => `valid from ${date}`,
  revoke: 'Revoke',
  retire: 'Retire',
  rotate: 'Rotate: issue a new one',
  notifyUrl: 'Address for notifications',
  set: 'Set',
  add: 'Add a merchant',
  mchid: 'Merchant number (8 to 12 digits)',
  made: (mchid: string) => `Merchant ${mchid} is there. Its private key is shown this once:`,
  apiV3Key: 'APIv3 key',
};

const contracts = {
  presigns: 'Pre-signed, waiting for the user',
  noPresigns: 'Nothing waits for a user.',
  contracts: 'Contracts',
  noContracts: 'Nothing has been signed yet.',
  sign: 'Sign',
  giveUp: 'Give up',
  pause: 'Pause',
  resume: 'Resume',
  end: 'End',
  notifications: 'Notifications',
  noNotifications: 'None was sent. Give the merchant an address on “Keys”.',
  attempts: 'Attempts',
  probe: 'probe',
  trying: 'still trying',
  delivered: 'delivered',
  'gave up': 'gave up',
  what: 'What',
  state: 'State',
};

const tryIt = {
  endpoint: 'Endpoint',
  merchant: 'Merchant that signs',
  noMerchant: 'No merchant has its private key here to sign with. Add one on',
  example: 'Fill in an example',
  unchecked: 'Send it even if it breaks a rule, to see what is answered',
  send: 'Send',
  sending: 'Sending …',
  curl: 'Show it as curl',
  curlHints: {
    straight: 'Signed just now; good for five minutes.',
    product: 'The product encrypts and signs.',
    event: 'Puts the event on the bus, under a new id each time.',
  },
  way: 'Way',
  ways: {
    straight: 'straight to WeChat Pay, encrypted and signed here',
    product: 'through the product, in plaintext',
    event: 'through the product, as an event',
  },
  asked: (id: string) => `The event ${id} is on its way. Its outcome appears here.`,
  answer: 'Answer',
  see: (n: number) => `See request ${n}`,
  noAnswer: 'There was no whole answer.',
  wrong: (count: number) => (count === 1 ? 'One field is not right.' : `${count} fields are not right.`),
  encrypted: 'encrypted',
  required: 'required',
  json: 'JSON',
  none: '–',
  issues: {
    required: 'This is required.',
    number: 'This must be a whole number.',
    json: 'This must be JSON.',
    values: 'This is not one of the values allowed.',
    pattern: 'This has characters that are not allowed.',
  },
  tooLong: (max: number) => `This may have ${max} characters at most.`,
};

const reference = {
  intro:
    'What this sandbox plays of WeChat Pay, and the rules it judges by. Its own requests are described in',
  name: 'Name',
  kind: 'Kind',
  rules: 'Rules',
  in: { path: 'In the path', query: 'In the query', body: 'In the body' },
  nothing: 'Takes nothing.',
  max: (max: number) => `at most ${max} characters`,
  plain: (max: number) => `at most ${max} characters before encryption`,
  pattern: (pattern: string) => `must match ${pattern}`,
  required: 'required',
  optional: 'optional',
  kinds: {
    string: 'text',
    sensitive: 'encrypted text',
    boolean: 'true or false',
    integer: 'whole number',
    object: 'object',
    array: 'list',
  },
};

export const ENGLISH = {
  title: 'WeChat Pay sandbox',
  skip: 'Skip to the content',
  navigation: 'Views',
  live: 'live',
  gone: 'not connected',
  otherLanguage: '中文',
  views: {
    requests: 'Requests',
    product: 'Product',
    try: 'Try it',
    weather: 'Weather',
    keys: 'Keys',
    contracts: 'Contracts',
    reference: 'API reference',
  },
  copy: 'Copy',
  copied: 'Copied.',
  notCopied: 'The browser does not allow it: select and copy by hand.',
  download: (file: string) => `Download ${file}`,
  outcomes: { passed: 'passed', failed: 'failed', skipped: 'not made' },
  checks,
  requests,
  product,
  anatomy,
  weather,
  keys,
  contracts,
  try: tryIt,
  reference,
};

export type Messages = typeof ENGLISH;
