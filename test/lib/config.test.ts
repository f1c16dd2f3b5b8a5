import { describe, expect, it } from '@jest/globals';
import { ConfigError, parseAskingConfig, parseConfig } from '../../lib/config.ts';

const good = {
  MERCHANTS_TABLE: 'table',
  OUTCOMES_TABLE: 'outcomes',
  EVENT_BUS_NAME: 'bus',
  DATA_KEY_ARN: 'arn:aws-cn:kms:cn-north-1:111122223333:key/1',
};
const problemsOf = (env: Record<string, string | undefined>): string => {
  try {
    parseConfig({ ...good, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'none';
};

describe('parseConfig', () => {
  it('needs the tables, the bus and the key, and knows the rest', () => {
    expect(parseConfig(good)).toEqual({
      merchantsTable: 'table',
      outcomesTable: 'outcomes',
      eventBusName: 'bus',
      dataKeyArn: good.DATA_KEY_ARN,
      defaultMchid: undefined,
      hosts: ['https://api.mch.weixin.qq.com', 'https://api2.mch.weixin.qq.com'],
      timeoutMs: 5_000,
    });
  });

  it('takes what is set', () => {
    const env = {
      ...good,
      WECHATPAY_DEFAULT_MCHID: '1900000001',
      WECHATPAY_HOSTS: 'https://a.example,http://127.0.0.1:8080',
      WECHATPAY_TIMEOUT_MS: '250',
      PATH: '/bin',
    };
    expect(parseConfig(env)).toMatchObject({
      defaultMchid: '1900000001',
      hosts: ['https://a.example', 'http://127.0.0.1:8080'],
      timeoutMs: 250,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = { WECHATPAY_DEFAULT_MCHID: '', WECHATPAY_HOSTS: '', WECHATPAY_TIMEOUT_MS: '' };
    expect(parseConfig({ ...good, ...empty })).toEqual(parseConfig(good));
    expect(problemsOf({ MERCHANTS_TABLE: '' })).toMatch(/^MERCHANTS_TABLE must be [^;]*$/);
  });

  it('names every missing variable at once', () => {
    const missing = Object.fromEntries(Object.keys(good).map((name) => [name, undefined]));
    const problems = problemsOf(missing);
    expect(
      problems
        .split('; ')
        .map((problem) => problem.split(' ')[0])
        .sort(),
    ).toEqual(Object.keys(good).sort());
  });

  it('names every bad variable with its rule, and never its value', () => {
    const problems = problemsOf({
      MERCHANTS_TABLE: undefined,
      DATA_KEY_ARN: 'hunter2',
      WECHATPAY_DEFAULT_MCHID: 'hunter2',
      WECHATPAY_HOSTS: 'https://user:hunter2@api.example',
      WECHATPAY_TIMEOUT_MS: 'hunter2',
    });
    expect(
      problems
        .split('; ')
        .map((problem) => problem.split(' must be ')[0])
        .sort(),
    ).toEqual([
      'DATA_KEY_ARN',
      'MERCHANTS_TABLE',
      'WECHATPAY_DEFAULT_MCHID',
      'WECHATPAY_HOSTS',
      'WECHATPAY_TIMEOUT_MS',
    ]);
    expect(problems).not.toContain('hunter2');
  });

  it.each(['http://127.0.0.1', 'http://localhost:3000', 'http://[::1]:8080'])(
    'takes plain http to this machine: %s',
    (host) => {
      expect(problemsOf({ WECHATPAY_HOSTS: host })).toBe('none');
    },
  );

  it.each([
    'http://api.mch.weixin.qq.com',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://10.0.0.1',
    'https://api.example/',
    'https://api.example/v3',
    'https://user@api.example',
    'ftp://127.0.0.1',
    'api.mch.weixin.qq.com',
    'https://a.example,',
    'https://a.example,http://b.example',
    'https://a.example, https://b.example',
  ])('refuses %s as a host', (host) => {
    expect(problemsOf({ WECHATPAY_HOSTS: host })).toMatch(/^WECHATPAY_HOSTS must be/);
  });

  it.each(['100', '25000'])('takes a time-out of %s ms', (value) => {
    expect(parseConfig({ ...good, WECHATPAY_TIMEOUT_MS: value }).timeoutMs).toBe(Number(value));
  });
  it.each(['99', '25001', '0', '-1', '1e3', '5s', ' 500', '500.5'])('refuses a time-out of %j', (value) => {
    expect(problemsOf({ WECHATPAY_TIMEOUT_MS: value })).toMatch(/^WECHATPAY_TIMEOUT_MS must be/);
  });

  it.each(['1', '1'.repeat(32)])('takes %s for a merchant', (value) => {
    expect(parseConfig({ ...good, WECHATPAY_DEFAULT_MCHID: value }).defaultMchid).toBe(value);
  });
  it.each(['a', '1 ', '1\n', '1'.repeat(33), '１'])('refuses %j for a merchant', (value) => {
    expect(problemsOf({ WECHATPAY_DEFAULT_MCHID: value })).toMatch(/^WECHATPAY_DEFAULT_MCHID must be/);
  });
});

describe('parseAskingConfig', () => {
  it('needs the name of the refresh Lambda besides', () => {
    const asking = { ...good, REFRESH_FUNCTION: 'refresh' };
    expect(parseAskingConfig(asking)).toEqual({ ...parseConfig(good), refreshFunction: 'refresh' });
    expect(() => parseAskingConfig(good)).toThrow('REFRESH_FUNCTION must be the name of the refresh Lambda');
  });
});
