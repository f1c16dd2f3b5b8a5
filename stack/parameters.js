/**
 * What may be set when the stack is packaged, with `--param="name=value"` or under `params` in serverless.yml. All of it
 * is checked here, and everything that is wrong is told at once: a deployment that would fail half way, or work and
 * behave otherwise than its author meant, does not begin. ${file(stack/parameters.js):parameters} calls the export.
 */
import { parseNetwork } from '../lib/config.ts';
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

const text = (value) => String(value);
const list = (value) => value.split(',').map((item) => item.trim());

const matches = (pattern, rule, as = text) => ({ accepts: (value) => pattern.test(value), rule, as });
const oneOf = (allowed, as) => ({
  accepts: (value) => allowed.map(text).includes(value),
  rule: `must be one of ${allowed.join(', ')}`,
  as,
});
const between = (min, max, unit = '') => ({
  accepts: (value) => /^\d{1,6}$/.test(value) && Number(value) >= min && Number(value) <= max,
  rule: `must be a whole number between ${min} and ${max}${unit}`,
  as: Number,
});
const arnOf = (service, resource, what) => {
  const pattern = `^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12}|aws):${resource}/\\S+$`;
  return matches(new RegExp(pattern), `must be the ARN of ${what}`);
};

/** As the Lambda itself will judge the variable it becomes. */
const asInLambda = (variable) => {
  const problem = (value) => {
    try {
      parseNetwork({ [variable]: value });
      return undefined;
    } catch ({ message }) {
      return message.replace(`${variable} `, '');
    }
  };
  return { accepts: (value) => problem(value) === undefined, rule: problem('?'), as: text };
};

const PARAMETERS = {
  dataKeyArn: arnOf('kms', 'key', 'a symmetric KMS key'),
  defaultMchid: matches(MCHID, 'must be digits'),
  wechatpayHosts: asInLambda('WECHATPAY_HOSTS'),
  wechatpayTimeoutMs: asInLambda('WECHATPAY_TIMEOUT_MS'),
  // WeChat Pay asks for less than 12 hours between looks.
  refreshHours: between(1, 11, ' hours'),
  queueConcurrency: between(2, 1_000),
  logRetentionDays: oneOf(RETENTION_DAYS, Number),
  // The most are what an account has in a Region, unless its quotas are raised.
  throttleRate: between(1, 10_000, ' requests a second of each route'),
  throttleBurst: between(1, 5_000, ' requests of each route'),
  jwtIssuer: matches(/^https:\/\/[^\s?#]+$/, 'must be an https:// URL'),
  jwtAudience: matches(/^[^\s,]+(, *[^\s,]+)*$/, 'must be audiences separated by commas', list),
  jwtScopes: matches(/^[^\s,]+(, *[^\s,]+)*$/, 'must be scopes separated by commas', list),
  domainName: matches(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'must be a domain name in lower case'),
  certificateArn: arnOf('acm', 'certificate', 'a certificate in ACM'),
  permissionsBoundaryArn: arnOf('iam', 'policy', 'an IAM policy'),
  operatorRoleArn: arnOf('iam', 'role', 'an IAM role'),
  deploymentPreference: oneOf(PREFERENCES, text),
  deploymentAlarms: oneOf(['heed', 'ignore'], text),
  lambdaConcurrency: between(10, 999_999, ' concurrent executions'),
  alarmEmail: matches(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'must be an e-mail address'),
};
/** What says nothing without the other. */
const COMPANIONS = [
  ['domainName', 'certificateArn'],
  ['certificateArn', 'domainName'],
  ['jwtIssuer', 'jwtAudience'],
  ['jwtAudience', 'jwtIssuer'],
  ['jwtScopes', 'jwtIssuer'],
];
/** `wechatpay-presign-STAGE-individualContractsPreEntrustSign` then has the 64 characters a function's name may have. */
const STAGE = matches(/^[a-z0-9-]{1,12}$/, 'must be 1 to 12 of a-z, 0-9 and -');

/** Of a CloudFormation expression only CloudFormation knows the value. */
const isSet = (value) => value !== null && value !== undefined && value !== '';
const isText = (value) => isSet(value) && typeof value !== 'object';

const judge = (name, { accepts, rule }, value) =>
  isText(value) && !accepts(text(value)) ? [`${name} ${rule}, '${value}' given`] : [];

/** @param given names and values; a value that is empty is not set. @returns a sentence for each thing that is wrong. */
export const problemsOf = (stage, given) => [
  ...judge('stage', STAGE, stage),
  ...Object.keys(given).flatMap((name) =>
    name in PARAMETERS
      ? judge(name, PARAMETERS[name], given[name])
      : [`${name} is not a parameter of this stack`],
  ),
  ...COMPANIONS.flatMap(([name, companion]) =>
    isSet(given[name]) && !isSet(given[companion]) ? [`${name} needs ${companion}, which is not given`] : [],
  ),
];

/** The framework prints an error's stack, which tells whoever set a parameter nothing. */
const refuse = (problems) => {
  const error = new Error(problems.join('\n  '));
  error.stack = `\n  ${error.message}\n`;
  throw error;
};

/** Names given on the command line and in serverless.yml, for this stage. */
const namesGiven = async (stage, { options, resolveConfigurationProperty }) => {
  const { [stage]: ofStage, default: ofAll } = await resolveConfigurationProperty(['params']);
  const typed = (options.param ?? []).map((pair) => pair.slice(0, pair.indexOf('=')));
  return [...new Set([...Object.keys(ofAll), ...Object.keys(ofStage ?? {}), ...typed])];
};

/** @returns each parameter as what it is (number, list, text), or '' when it is not set. */
export const parameters = async (variables) => {
  const stage = await variables.resolveVariable('sls:stage');
  const names = await namesGiven(stage, variables);
  const values = await Promise.all(names.map((name) => variables.resolveVariable(`param:${name}`)));
  const given = Object.fromEntries(names.map((name, index) => [name, values[index]]));
  const problems = problemsOf(stage, given);
  if (problems.length > 0) refuse(problems);
  return Object.fromEntries(
    Object.entries(PARAMETERS).map(([name, { as }]) => [
      name,
      isText(given[name]) ? as(text(given[name])) : (given[name] ?? ''),
    ]),
  );
};

/** The scheduler takes one hour in the singular only. */
export const refreshRate = async ({ resolveVariable }) => {
  const hours = await resolveVariable('self:custom.set.refreshHours');
  return `rate(${hours} ${hours === 1 ? 'hour' : 'hours'})`;
};
