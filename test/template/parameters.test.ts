import { describe, expect, it } from '@jest/globals';

type Module = {
  problemsOf: (stage: string, given: Record<string, unknown>) => string[];
};

const { problemsOf } = (await import(new URL('../../stack/parameters.js', import.meta.url).href)) as Module;
const problemsWith = (name: string, value: unknown): string[] => {
  const companions: Record<string, Record<string, string>> = {
    domainName: { certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/1' },
    certificateArn: { domainName: 'presign.example.com' },
    jwtIssuer: { jwtAudience: 'presign' },
    jwtAudience: { jwtIssuer: 'https://issuer.example.com' },
    jwtScopes: { jwtIssuer: 'https://issuer.example.com', jwtAudience: 'presign' },
  };
  return problemsOf('prod', { ...companions[name], [name]: value });
};

const DAYS =
  '1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653';
const PREFERENCES = [
  'AllAtOnce, Canary10Percent5Minutes, Canary10Percent10Minutes, Canary10Percent15Minutes, Canary10Percent30Minutes',
  'Linear10PercentEvery1Minute, Linear10PercentEvery2Minutes, Linear10PercentEvery3Minutes, Linear10PercentEvery10Minutes',
].join(', ');
const HOSTS = 'must be origins separated by commas, each https:// (http:// for this machine alone)';
const URL_RULE = 'must be an https:// URL';

/** Name, rule, what is refused, what is not. */
const CASES: [name: string, rule: string, bad: unknown[], good: unknown[]][] = [
  [
    'dataKeyArn',
    'must be the ARN of a symmetric KMS key',
    ['alias/data', 'arn:aws:kms:us-east-1:1:key/x'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:key/x', { 'Fn::GetAtt': ['DataKey', 'Arn'] }],
  ],
  ['defaultMchid', 'must be digits', ['19000x'], ['1900000001', 1_900_000_001]],
  ['wechatpayHosts', HOSTS, ['http://api.mch.weixin.qq.com', 'api'], ['https://a.example,https://b.example']],
  ['wechatpayTimeoutMs', 'must be between 100 and 25000 milliseconds', ['99', '5s', 25_001], ['100', 25_000]],
  [
    'refreshHours',
    'must be a whole number between 1 and 11 hours',
    ['72', 12, 0, '1.5', '-1', '1e0', 'six'],
    ['1', 11],
  ],
  ['queueConcurrency', 'must be a whole number between 2 and 1000', ['1', 1001], ['2', 1000]],
  ['logRetentionDays', `must be one of ${DAYS}`, ['100', 'never'], ['1', 3653]],
  [
    'throttleRate',
    'must be a whole number between 1 and 10000 requests a second of each route',
    ['0', 10_001],
    ['1', 10_000],
  ],
  [
    'throttleBurst',
    'must be a whole number between 1 and 5000 requests of each route',
    ['0', 5_001],
    ['1', 5_000],
  ],
  [
    'jwtIssuer',
    URL_RULE,
    ['http://issuer.example.com', 'issuer', 'https://a b', 'https://a?b'],
    ['https://issuer.example.com/pool'],
  ],
  ['jwtAudience', 'must be audiences separated by commas', ['a,,b', 'a b', ','], ['a', 'a,b', 'a, b']],
  ['jwtScopes', 'must be scopes separated by commas', ['a b'], ['a/b,c']],
  [
    'domainName',
    'must be a domain name in lower case',
    ['presign', 'https://presign.example.com', 'Presign.example.com'],
    ['presign.example.com', 'presign.example.com.cn'],
  ],
  [
    'certificateArn',
    'must be the ARN of a certificate in ACM',
    ['arn:aws:iam::111122223333:server-certificate/x'],
    ['arn:aws-cn:acm:cn-north-1:111122223333:certificate/x'],
  ],
  [
    'permissionsBoundaryArn',
    'must be the ARN of an IAM policy',
    ['boundary', 'arn:aws:iam::111122223333:role/x'],
    ['arn:aws:iam::111122223333:policy/team/x', 'arn:aws-cn:iam::aws:policy/PowerUserAccess'],
  ],
  [
    'operatorRoleArn',
    'must be the ARN of an IAM role',
    ['arn:aws:sts::111122223333:assumed-role/x/me'],
    ['arn:aws-us-gov:iam::111122223333:role/x'],
  ],
  ['deploymentPreference', `must be one of ${PREFERENCES}`, ['Canary', 'allAtOnce'], ['AllAtOnce']],
  ['deploymentAlarms', 'must be one of heed, ignore', ['off', 'true'], ['heed', 'ignore']],
  [
    'lambdaConcurrency',
    'must be a whole number between 10 and 999999 concurrent executions',
    ['9', '1000000', '1k'],
    ['10', 1_000],
  ],
  ['alarmEmail', 'must be an e-mail address', ['on-call', 'a@b', 'a b@c.d'], ['on-call@example.com']],
];

describe.each(CASES)('%s', (name, rule, bad, good) => {
  it.each(bad)(`${rule}: not %j`, (value) => {
    expect(problemsWith(name, value)).toEqual([`${name} ${rule}, '${value}' given`]);
  });

  it.each(['', ...good])('may be %j', (value) => {
    const needed = value === '' ? problemsOf('prod', { [name]: value }) : problemsWith(name, value);
    expect(needed).toEqual([]);
  });
});

it('are all that there is: a misspelt name would otherwise leave the default in place', () => {
  expect(problemsOf('prod', { refreshHour: 3 })).toEqual(['refreshHour is not a parameter of this stack']);
});

it.each([
  ['domainName', 'presign.example.com', 'certificateArn'],
  ['certificateArn', 'arn:aws:acm:us-east-1:111122223333:certificate/1', 'domainName'],
  ['jwtIssuer', 'https://issuer.example.com', 'jwtAudience'],
  ['jwtAudience', 'presign', 'jwtIssuer'],
])('%s means nothing alone', (name, value, companion) => {
  expect(problemsOf('prod', { [name]: value, [companion]: '' })).toEqual([
    `${name} needs ${companion}, which is not given`,
  ]);
});

it('asks scopes for an issuer', () => {
  expect(problemsOf('prod', { jwtScopes: 'a' })).toEqual(['jwtScopes needs jwtIssuer, which is not given']);
});

describe('the stage', () => {
  it.each(['Prod', 'a_b', 'thirteen-char'])('is refused when it is %j', (stage) => {
    expect(problemsOf(stage, {})).toEqual([`stage must be 1 to 12 of a-z, 0-9 and -, '${stage}' given`]);
  });

  it('may have twelve characters', () => {
    expect(problemsOf('twelve-chars', {})).toEqual([]);
  });
});
