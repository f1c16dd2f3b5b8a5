import * as z from 'zod/mini';
import { MCHID } from './merchants/record.ts';

const DEFAULT_HOSTS = 'https://api.mch.weixin.qq.com,https://api2.mch.weixin.qq.com';
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** An origin over https. Plain http carries personal data's metadata and unsigned errors, so only to this machine. */
const isHost = (value: string): boolean => {
  const url = URL.parse(value);
  if (url === null || url.origin !== value) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
};

const needed = (what: string) => z.string(what).check(z.minLength(1, what));

const isTimeout = (value: string): boolean =>
  /^\d+$/.test(value) && Number(value) >= 100 && Number(value) <= 25_000;

const that = (fits: (value: string) => boolean, rule: string) => z.string(rule).check(z.refine(fits, rule));

/** The stack asks the same of the parameters that become these variables. */
export const wechatpayHosts = that(
  (value) => value.split(',').every(isHost),
  'must be origins separated by commas, each https:// (http:// for this machine alone)',
);
export const wechatpayTimeoutMs = that(isTimeout, 'must be between 100 and 25000 milliseconds');

/** How WeChat Pay is reached. */
const network = z.object({
  WECHATPAY_HOSTS: z._default(wechatpayHosts, DEFAULT_HOSTS),
  WECHATPAY_TIMEOUT_MS: z._default(wechatpayTimeoutMs, '5000'),
});

const environment = z.extend(network, {
  MERCHANTS_TABLE: needed('must be the name of the merchant registry table'),
  OUTCOMES_TABLE: needed('must be the name of the table of remembered outcomes'),
  EVENT_BUS_NAME: needed('must be the name of the event bus'),
  DATA_KEY_ARN: z
    .string('must be the ARN of the symmetric KMS key')
    .check(z.startsWith('arn:', 'must be the ARN of the symmetric KMS key')),
  WECHATPAY_DEFAULT_MCHID: z.optional(z.string().check(z.regex(MCHID, 'must be digits'))),
});

/** Of Lambdas that ask the refresh Lambda for platform keys. */
const askingEnvironment = z.extend(environment, {
  REFRESH_FUNCTION: needed('must be the name of the refresh Lambda'),
});

type Env = Readonly<Record<string, string | undefined>>;
export type Network = { hosts: readonly string[]; timeoutMs: number };
export type Config = Network & {
  merchantsTable: string;
  outcomesTable: string;
  eventBusName: string;
  dataKeyArn: string;
  defaultMchid: string | undefined;
};

/** Its message names variables and rules, never a value, so it may be logged. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const parse = <S extends z.ZodMiniType>(schema: S, env: Env): z.infer<S> => {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new ConfigError(problems.join('; '));
};

const networkOf = (data: z.infer<typeof network>): Network => ({
  hosts: data.WECHATPAY_HOSTS.split(','),
  timeoutMs: Number(data.WECHATPAY_TIMEOUT_MS),
});

/** The part of the environment that says how WeChat Pay is reached; otherwise as `parseConfig`. */
export const parseNetwork = (env: Env): Network => networkOf(parse(network, env));

const configOf = (data: z.infer<typeof environment>): Config => ({
  ...networkOf(data),
  merchantsTable: data.MERCHANTS_TABLE,
  outcomesTable: data.OUTCOMES_TABLE,
  eventBusName: data.EVENT_BUS_NAME,
  dataKeyArn: data.DATA_KEY_ARN,
  defaultMchid: data.WECHATPAY_DEFAULT_MCHID,
});

/**
 * The environment, parsed. An empty variable counts as not set.
 * @throws ConfigError that names every missing or bad variable at once, so that one look mends a deployment.
 */
export const parseConfig = (env: Env): Config => configOf(parse(environment, env));

/** The same with the name of the refresh Lambda, for those that ask it. */
export const parseAskingConfig = (env: Env): Config & { refreshFunction: string } => {
  const data = parse(askingEnvironment, env);
  return { ...configOf(data), refreshFunction: data.REFRESH_FUNCTION };
};
