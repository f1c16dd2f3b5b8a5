import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Language } from '../../sandbox/anatomy.ts';
import { reportOf } from '../../sandbox/command/report.ts';
import { startWechatPay, type WechatPaySandbox } from '../../sandbox/server.ts';
import {
  addTestMerchant,
  authorizationHeader,
  authorizationItems,
  COMMON,
  encryptFields,
  exchange,
  get,
  post,
  type TestMerchant,
} from '../support/sandbox/test-client.ts';
import { CAMPUS, PAYEE } from '../support/sandbox/test-samples.ts';

const MCHID = '1900000109';
const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';

let sandbox: WechatPaySandbox;
let merchant: TestMerchant;
const told: Record<Language, string[][]> = { en: [], 'zh-CN': [] };
beforeAll(async () => {
  sandbox = await startWechatPay();
  merchant = await addTestMerchant(sandbox, MCHID, 'public-key');
  sandbox.onCallOver((call) => {
    for (const language of ['en', 'zh-CN'] as const) told[language].push(reportOf(call, language));
  });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  for (const lines of Object.values(told)) lines.splice(0);
});

const presign = (body: object, { path } = PAYEE) =>
  post(sandbox.url, merchant, { path, body, platformSerial: sandbox.platform.publicKey(MCHID).id });

it('says nothing of calls that are answered, or meet a planned fault', async () => {
  await presign(encryptFields(PAYEE.body, PAYEE.sensitive, sandbox.platform.publicKey(MCHID).pem));
  sandbox.fault({ kind: 'system-error' });
  await presign(encryptFields(CAMPUS.body, CAMPUS.sensitive, sandbox.platform.publicKey(MCHID).pem), CAMPUS);
  expect(told.en).toEqual([[], []]);
});

it('says where to look, in either language, and repeats nobody’s data', async () => {
  await presign(PAYEE.body);
  await presign({ ...PAYEE.body, cred_type: 'PASSPORT 张三' });
  await get(sandbox.url, merchant, `/v3/eduschoolpay/users/${OPENID}/contracts?plan_id=${OPENID}`);
  const [plaintext, wrongEnum, wrongQuery] = told.en;
  expect(plaintext?.slice(1)).toEqual(['  /real_name is not encrypted.', '  /cred_id is not encrypted.']);
  expect(told['zh-CN'][0]?.slice(1)).toEqual(['  /real_name 没有加密。', '  /cred_id 没有加密。']);
  expect(wrongEnum?.[0]).toMatch(/^#\d+ POST \S+ 400 PARAM_ERROR$/);
  expect(wrongQuery?.[0]).toMatch(/ GET \/v3\/eduschoolpay\/users\/\{openid\}\/contracts 400 PARAM_ERROR$/);
  expect(wrongQuery?.[1]).toContain('contract_status');
  const all = JSON.stringify(told);
  for (const value of [OPENID, '张三', ...Object.values(PAYEE.body).map(String)])
    if (value !== 'ID_CARD') expect(all).not.toContain(value);
});

it('does nothing to a terminal but stand there', async () => {
  const path = '/v3/certificates';
  const items = { ...authorizationItems(merchant, { method: 'GET', path }), mchid: '19\u009b2K' };
  const headers = { ...COMMON, Authorization: authorizationHeader(items) };
  await exchange({ url: sandbox.url, method: 'GET', path, headers, body: Buffer.alloc(0) });
  const [lines = []] = told.en;
  expect(lines.join('')).toContain('There is no merchant 19?2K here.');
  expect(lines.join('')).not.toMatch(/\p{C}/u);
});
