import { describe, expect, it } from '@jest/globals';
import { parseParameters } from '../../stack/parameters.ts';

/** What has no meaning without a value, as serverless.yml gives it one. */
const DEFAULTS = {
  dataKeyArn: { 'Fn::GetAtt': ['DataKey', 'Arn'] },
  wechatpayHosts: 'https://a.example',
  wechatpayTimeoutMs: '5000',
  refreshHours: 6,
  queueConcurrency: 2,
  logRetentionDays: 365,
  throttleRate: 100,
  throttleBurst: 200,
  notificationRate: 50,
  notificationBurst: 100,
  deploymentPreference: 'AllAtOnce',
  deploymentAlarms: 'heed',
  lambdaConcurrency: 10,
};
const COMPANIONS: Record<string, Record<string, string>> = {
  domainName: { certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1' },
  certificateArn: { domainName: 'presign.example.com' },
  jwtIssuer: { jwtAudience: 'presign' },
  jwtAudience: { jwtIssuer: 'https://issuer.example.com' },
  jwtScopes: { jwtIssuer: 'https://issuer.example.com', jwtAudience: 'presign' },
};

const parse = (given: Record<string, unknown>, stage = 'prod') =>
  parseParameters(stage, { ...DEFAULTS, ...given });
const problemsOf = (...given: Parameters<typeof parse>): string[] => {
  const parsed = parse(...given);
  return 'problems' in parsed ? parsed.problems : [];
};
const settingsOf = (given: Record<string, unknown>) => {
  const parsed = parse(given);
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  return parsed.settings;
};

const expression = { 'Fn::ImportValue': 'x' };

/** What is refused, and what is not. */
const CASES: [name: string, bad: unknown[], good: unknown[]][] = [
  [
    'dataKeyArn',
    ['alias/data', 'arn:aws:kms:us-east-1:1:key/x'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:key/x', expression],
  ],
  ['defaultMchid', ['19000x'], ['1900000001', 1_900_000_001]],
  ['wechatpayHosts', ['http://api.mch.weixin.qq.com', 'api'], ['https://a.example,https://b.example']],
  ['wechatpayTimeoutMs', ['99', '5s', 25_001], ['100', 25_000]],
  ['refreshHours', ['72', 12, 0, '1.5', '-1', '1e0', 'six'], ['1', 11]],
  ['queueConcurrency', ['1', 1001], ['2', 1000]],
  ['logRetentionDays', ['100', 'never'], ['1', 3653]],
  ['throttleRate', ['0', 10_001], ['1', 10_000]],
  ['throttleBurst', ['0', 5_001], ['1', 5_000]],
  ['notificationRate', ['0', 10_001], ['1', 10_000]],
  ['notificationBurst', ['0', 5_001], ['1', 5_000]],
  [
    'jwtIssuer',
    ['http://issuer.example.com', 'issuer', 'https://a b', 'https://a?b'],
    ['https://issuer.example.com/pool', expression],
  ],
  ['jwtAudience', ['a,,b', 'a b', ','], ['a', 'a,b', 'a, b', expression]],
  ['jwtScopes', ['a b'], ['a/b,c']],
  [
    'domainName',
    ['presign', 'https://presign.example.com', 'Presign.example.com'],
    ['presign.example.com', 'presign.example.com.cn'],
  ],
  [
    'certificateArn',
    ['arn:aws:iam::111122223333:server-certificate/x'],
    ['arn:aws-cn:acm:cn-north-1:111122223333:certificate/x', expression],
  ],
  [
    'permissionsBoundaryArn',
    ['boundary', 'arn:aws:iam::111122223333:role/x'],
    ['arn:aws:iam::111122223333:policy/team/x', 'arn:aws-cn:iam::aws:policy/PowerUserAccess'],
  ],
  [
    'operatorRoleArn',
    ['arn:aws:sts::111122223333:assumed-role/x/me'],
    ['arn:aws-us-gov:iam::111122223333:role/x'],
  ],
  ['deploymentPreference', ['Canary', 'allAtOnce'], ['AllAtOnce', 'Canary10Percent5Minutes']],
  ['deploymentAlarms', ['off', 'true'], ['heed', 'ignore']],
  ['lambdaConcurrency', ['9', '1000000', '1k'], ['10', 1_000]],
  ['alarmEmail', ['on-call', 'a@b', 'a b@c.d'], ['on-call@example.com']],
];

describe.each(CASES)('%s', (name, bad, good) => {
  it.each(bad)('is refused in one sentence, with its rule, when it is %j', (value) => {
    const [problem = '', ...others] = problemsOf({ ...COMPANIONS[name], [name]: value });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^\w+ must be .+, '.*' given$/);
    expect([problem.split(' ')[0], problem.split(', ').at(-1)]).toEqual([name, `'${value}' given`]);
  });

  it.each(good)('may be %j', (value) => {
    expect(problemsOf({ ...COMPANIONS[name], [name]: value })).toEqual([]);
  });
});

describe('empty', () => {
  const needed = Object.keys(DEFAULTS);
  it.each(needed)('is refused for %s, which means nothing without a value', (name) => {
    for (const value of ['', null])
      expect(problemsOf({ [name]: value })).toEqual([
        expect.stringMatching(`^${name} must be .*, '' given$`),
      ]);
  });

  it.each(CASES.map(([name]) => name).filter((name) => !needed.includes(name)))(
    'is not set for %s',
    (name) => {
      expect(settingsOf({ [name]: '' })).toMatchObject({ ...DEFAULTS, [name]: '' });
    },
  );
});

describe('an expression, of which CloudFormation alone knows the value,', () => {
  it('is refused where the stack reckons with the value', () => {
    expect(problemsOf({ lambdaConcurrency: expression })).toEqual([
      expect.stringContaining(`, '${JSON.stringify(expression)}' given`),
    ]);
  });

  it('is passed on elsewhere', () => {
    expect(settingsOf({ permissionsBoundaryArn: expression }).permissionsBoundaryArn).toEqual(expression);
  });
});

it('becomes what it is: a number, a list, text', () => {
  const given = {
    ...COMPANIONS['jwtScopes'],
    jwtScopes: 'a, b',
    refreshHours: '3',
    defaultMchid: 1_900_000_001,
  };
  expect(settingsOf(given)).toMatchObject({
    jwtAudience: ['presign'],
    jwtScopes: ['a', 'b'],
    refreshHours: 3,
    defaultMchid: '1900000001',
    alarmEmail: '',
  });
});

it('are all that there is: a misspelt name would otherwise leave the default in place', () => {
  for (const name of ['refreshHour', 'toString', 'stage'])
    expect(problemsOf({ [name]: 3 })).toEqual([`${name} is not a parameter of this stack`]);
});

it.each(
  Object.entries(COMPANIONS).flatMap(([name, needed]) =>
    Object.keys(needed)
      .slice(0, 1)
      .map((one) => [name, one] as const),
  ),
)('%s means nothing without %s', (name, companion) => {
  const { [name]: value } = {
    ...COMPANIONS['certificateArn'],
    ...COMPANIONS['domainName'],
    ...COMPANIONS['jwtScopes'],
    jwtScopes: 'a',
  } as Record<string, string>;
  expect(problemsOf({ [name]: value, [companion]: '' })).toEqual([
    `${name} needs ${companion}, which is not given`,
  ]);
});

describe('the stage', () => {
  it.each(['Prod', 'a_b', 'thirteen-char'])('is refused when it is %j', (stage) => {
    expect(problemsOf({}, stage)).toEqual([`stage must be 1 to 12 of a-z, 0-9 and -, '${stage}' given`]);
  });

  it('may have twelve characters', () => {
    expect(problemsOf({}, 'twelve-chars')).toEqual([]);
  });
});
