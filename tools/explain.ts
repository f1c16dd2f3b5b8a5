import { ConfigError } from '../lib/config.ts';
import { PresignError, type Reason } from '../lib/errors.ts';
import { explainAws } from './aws-failure.ts';

/** The command was given wrongly: status 2. Its message never repeats what was given, which may be a secret. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do what it is for: status 1. Its message says what to do next. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

const WECHATPAY = 'look at the network, at HTTPS_PROXY and at WECHATPAY_HOSTS';

const REASONS: Partial<Record<Reason, string>> = {
  kms_wrong_key: 'KMS used another key than the registry names: store the key by its ARN, not by an alias',
  registry_unavailable: 'the merchant registry cannot be used',
  merchant_misconfigured: 'the item in the registry is not one that this tool wrote',
  wechatpay_unreachable: `WeChat Pay cannot be reached: ${WECHATPAY}`,
  wechatpay_reset: `the connection to WeChat Pay broke: run the command again, or ${WECHATPAY}`,
  wechatpay_timeout: `WeChat Pay did not answer in time: run the command again, or ${WECHATPAY}`,
};

/** The name or code of what lies at the bottom; its text may quote an input. */
const bottom = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return '';
  const { code, name } = thrown as NodeJS.ErrnoException;
  return bottom(thrown.cause) || ` (${code ?? name})`;
};

const explainPresign = (error: PresignError): string => {
  const { reason, cause, code, message } = error;
  const own = REASONS[reason];
  if (reason.startsWith('wechatpay_') && own !== undefined) return own + bottom(cause);
  if (!(cause instanceof Error)) return own ?? `${code}: ${message} (${reason})`;
  return own === undefined ? explainAws(cause) : `${own}: ${explainAws(cause)}`;
};

/** One sentence for an operator, without a line break. Of errors nobody foresaw it gives name and code alone. */
export const explain = (thrown: unknown): string => {
  if (thrown instanceof UsageError || thrown instanceof Failure || thrown instanceof ConfigError)
    return thrown.message;
  if (thrown instanceof PresignError) return explainPresign(thrown);
  return thrown instanceof Error ? explainAws(thrown) : 'the command failed';
};
