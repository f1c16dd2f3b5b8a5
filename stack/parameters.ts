/**
 * What may be set when the stack is packaged, with `--param="name=value"` or under `params` in serverless.yml. All of it
 * is checked here, and everything that is wrong is told at once: a deployment that would fail half way, or work and
 * behave otherwise than its author meant, does not begin.
 */
import * as z from 'zod/mini';
import { wechatpayHosts, wechatpayTimeoutMs } from '../lib/config.ts';
import { MCHID } from '../lib/merchants/record.ts';

/** What CloudWatch takes. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** What CodeDeploy has for Lambda. */
const PREFERENCES = [
  'AllAtOnce',
  ...[5, 10, 15, 30].map((minutes) => `Canary10Percent${minutes}Minutes`),
  'Linear10PercentEvery1Minute',
  ...[2, 3, 10].map((minutes) => `Linear10PercentEvery${minutes}Minutes`),
];

const matches = (pattern: RegExp, rule: string) => z.string(rule).check(z.regex(pattern, rule));
const oneOf = (allowed: readonly string[]) => z.enum(allowed, `must be one of ${allowed.join(', ')}`);
const number = z.transform(Number);
const between = (min: number, max: number, unit = '') => {
  const rule = `must be a whole number between ${min} and ${max}${unit}`;
  const fits = (value: string) => /^\d{1,6}$/.test(value) && Number(value) >= min && Number(value) <= max;
  return z.pipe(z.string(rule).check(z.refine(fits, rule)), number);
};
/** Or an expression of CloudFormation's, of which nothing can be said here. */
const orExpression = <S extends z.ZodMiniType>(schema: S, rule: string) =>
  z.union([schema, z.record(z.string(), z.unknown())], rule);
const text = (pattern: RegExp, rule: string) => orExpression(matches(pattern, rule), rule);
const listOf = (what: string) => {
  const rule = `must be ${what} separated by commas`;
  const split = z.transform((value: string) => value.split(',').map((item) => item.trim()));
  return orExpression(z.pipe(matches(/^[^\s,]+(, *[^\s,]+)*$/, rule), split), rule);
};
const arnOf = (service: string, resource: string, what: string) =>
  text(
    new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12}|aws):${resource}/\\S+$`),
    `must be the ARN of ${what}`,
  );

/** Each has a default in serverless.yml; without a value the stack would not work, or not as it says. */
const REQUIRED = {
  dataKeyArn: arnOf('kms', 'key', 'a symmetric KMS key'),
  wechatpayHosts,
  wechatpayTimeoutMs,
  // WeChat Pay asks for less than 12 hours between looks.
  refreshHours: between(1, 11, ' hours'),
  queueConcurrency: between(2, 1_000),
  logRetentionDays: z.pipe(oneOf(RETENTION_DAYS.map(String)), number),
  // The most are what an account has in a Region, unless its quotas are raised.
  throttleRate: between(1, 10_000, ' requests a second of each route'),
  throttleBurst: between(1, 5_000, ' requests of each route'),
  notificationRate: between(1, 10_000, ' notifications a second'),
  notificationBurst: between(1, 5_000, ' notifications'),
  deploymentPreference: oneOf(PREFERENCES),
  deploymentAlarms: oneOf(['heed', 'ignore']),
  lambdaConcurrency: between(10, 999_999, ' concurrent executions'),
};
/** Each may be left empty: it is not set. */
const OPTIONAL = {
  defaultMchid: text(MCHID, 'must be digits'),
  jwtIssuer: text(/^https:\/\/[^\s?#]+$/, 'must be an https:// URL'),
  jwtAudience: listOf('audiences'),
  jwtScopes: listOf('scopes'),
  domainName: text(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'must be a domain name in lower case'),
  certificateArn: arnOf('acm', 'certificate', 'a certificate in ACM'),
  permissionsBoundaryArn: arnOf('iam', 'policy', 'an IAM policy'),
  operatorRoleArn: arnOf('iam', 'role', 'an IAM role'),
  alarmEmail: text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'must be an e-mail address'),
};
/** `wechatpay-presign-STAGE-individualContractsPreEntrustSign` then has the 64 characters a function's name may have. */
const STAGE = z.object({ stage: matches(/^[a-z0-9-]{1,12}$/, 'must be 1 to 12 of a-z, 0-9 and -') });
const required = z.object(REQUIRED);
const allOptional = z.object(OPTIONAL);
const optional = z.partial(allOptional);

/** What says nothing without the other. */
const COMPANIONS = [
  ['domainName', 'certificateArn'],
  ['certificateArn', 'domainName'],
  ['jwtIssuer', 'jwtAudience'],
  ['jwtAudience', 'jwtIssuer'],
  ['jwtScopes', 'jwtIssuer'],
] as const;

type Optional = z.output<typeof allOptional>;
/** Each parameter as what it is (number, list, text, an expression); `''` when it is not set. */
export type Settings = z.output<typeof required> & { [Name in keyof Optional]: Optional[Name] | '' };
export type Text = Exclude<Settings['domainName'], ''>;

type Given = Readonly<Record<string, unknown>>;

/** What is set, spelled as on the command line: YAML has numbers. */
const spelled = (given: Given): Given =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([name, value]) => [name, typeof value === 'object' ? value : String(value)]),
  );

const read = <S extends z.ZodMiniType>(
  schema: S,
  given: Given,
): { data?: z.output<S>; problems: string[] } => {
  const { success, data, error } = schema.safeParse(given);
  if (success) return { data, problems: [] };
  const sentence = ({ path: [name = ''], message }: z.core.$ZodIssue) => {
    const value = given[String(name)] ?? '';
    return `${String(name)} ${message}, '${typeof value === 'object' ? JSON.stringify(value) : value}' given`;
  };
  return { problems: error.issues.map(sentence) };
};

/** @returns the settings, or a sentence for each thing that is wrong. */
export const parseParameters = (
  stage: string,
  given: Given,
): { settings: Settings } | { problems: string[] } => {
  const set = spelled(given);
  const [staged, needed, chosen] = [read(STAGE, { stage }), read(required, set), read(optional, set)];
  const problems = [
    ...staged.problems,
    ...needed.problems,
    ...chosen.problems,
    ...Object.keys(given)
      .filter((name) => !Object.hasOwn({ ...REQUIRED, ...OPTIONAL }, name))
      .map((name) => `${name} is not a parameter of this stack`),
    ...COMPANIONS.filter(([name, companion]) => name in set && !(companion in set)).map(
      ([name, companion]) => `${name} needs ${companion}, which is not given`,
    ),
  ];
  if (problems.length > 0 || needed.data === undefined) return { problems };
  const unset = Object.fromEntries(Object.keys(OPTIONAL).map((name) => [name, '']));
  return { settings: { ...unset, ...chosen.data, ...needed.data } as Settings };
};
