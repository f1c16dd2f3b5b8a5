import { parseArgs } from 'node:util';
import type { Language } from '../anatomy.ts';
import { MODES } from '../merchant-keys.ts';
import type { Mode } from '../types.ts';
import { CommandError, type TextName } from './texts.ts';

type Option = {
  /** What its value is called in the help; without it, it is a flag. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly default?: string;
  readonly texts: Readonly<Record<Language, string>>;
};

/** In the order of the help. */
export const OPTIONS = {
  port: {
    value: 'PORT',
    default: '9080',
    texts: { en: 'HTTP, and /__sandbox/', 'zh-CN': 'HTTP 及 /__sandbox/' },
  },
  'tls-port': {
    value: 'PORT',
    default: '9443',
    texts: { en: 'HTTPS, under WeChat Pay’s names', 'zh-CN': 'HTTPS，使用微信支付的域名' },
  },
  'proxy-port': {
    value: 'PORT',
    default: '9128',
    texts: {
      en: 'a proxy (CONNECT) that leads WeChat Pay’s hosts here and nothing anywhere else; 0 is any free port',
      'zh-CN': '代理（CONNECT），只把微信支付的域名引到这里；端口 0 表示任意',
    },
  },
  address: {
    value: 'IP',
    default: '127.0.0.1',
    texts: { en: 'where to listen; 0.0.0.0 is everywhere', 'zh-CN': '监听地址；0.0.0.0 表示所有地址' },
  },
  out: {
    value: 'DIR',
    default: 'wechatpay-sandbox',
    texts: {
      en: 'keys, certificates and config.json; keys that are there are used again',
      'zh-CN': '存放密钥、证书和 config.json；已有的密钥会再次使用',
    },
  },
  merchant: {
    value: 'MCHID',
    multiple: true,
    texts: {
      en: 'a merchant; may come several times (default: 1900000001)',
      'zh-CN': '商户号；可多次给出（默认 1900000001）',
    },
  },
  mode: {
    value: 'MODE',
    default: 'both',
    texts: {
      en: 'of these merchants: certificate, public-key or both',
      'zh-CN': '上述商户的验签方式：certificate（平台证书）、public-key（微信支付公钥）或 both',
    },
  },
  merchants: {
    value: 'FILE',
    texts: {
      en: 'more merchants: JSON, a list of {"mchid", "mode"?, "apiV3Key"?, "notifyUrl"?, "certificatePem"?}',
      'zh-CN': '更多商户：JSON 数组，元素为 {"mchid", "mode"?, "apiV3Key"?, "notifyUrl"?, "certificatePem"?}',
    },
  },
  echo: {
    texts: {
      en: 'answer 200 to any other path below /v3/ that is well signed, instead of 404',
      'zh-CN': '对 /v3/ 下没有模拟的路径，签名正确时返回 200 而不是 404',
    },
  },
  lang: {
    value: 'LANG',
    texts: { en: 'zh-CN or en (default: as the system)', 'zh-CN': 'zh-CN 或 en（默认与系统相同）' },
  },
  help: { texts: { en: 'this text', 'zh-CN': '显示本说明' } },
  version: { texts: { en: 'its version', 'zh-CN': '显示版本' } },
} as const satisfies Record<string, Option>;

const ALL: Readonly<Record<string, Option>> = OPTIONS;

export type Settings = {
  readonly ports: Readonly<Record<PortOption, number>>;
  readonly address: string;
  readonly out: string;
  readonly mchids: readonly string[];
  readonly mode: Mode;
  readonly merchantsFile: string | undefined;
  readonly echo: boolean;
};

export const PORT_OPTIONS = ['port', 'tls-port', 'proxy-port'] as const;
export type PortOption = (typeof PORT_OPTIONS)[number];

type Given = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** @throws CommandError for what cannot be understood, and for what npm has kept (it leaves it in the environment alone). */
export function parse(args: readonly string[], env: NodeJS.ProcessEnv): Given {
  const kept = Object.keys(ALL).find(
    (name) =>
      env[`npm_config_${name.replaceAll('-', '_')}`] &&
      !args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`)),
  );
  if (kept !== undefined && env['npm_lifecycle_event'] === 'sandbox')
    throw new CommandError('keptByNpm', { option: kept });
  return parseAll(args);
}

/** By Node's own codes; its sentences are English. */
const PROBLEMS: Readonly<Record<string, TextName>> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: 'unknownOption',
  ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL: 'tooMany',
};

function parseAll(args: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.entries(ALL).map(([name, { value, multiple = false }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple } as const,
    ]),
  );
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new CommandError(PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'wrongValue');
  }
}

export const languageOf = (given: Given, { LC_ALL, LC_MESSAGES, LANG }: NodeJS.ProcessEnv): Language => {
  const wanted = given['lang'];
  if (wanted === 'zh-CN' || wanted === 'en') return wanted;
  if (wanted !== undefined) throw new CommandError('wrongLanguage');
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh-CN' : 'en';
};

/** @throws CommandError */
export function settingsOf(given: Given): Settings {
  const textOf = (name: keyof typeof OPTIONS): string => `${given[name] ?? ALL[name]?.default ?? ''}`;
  const portOf = (option: PortOption): number => {
    const text = textOf(option);
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new CommandError('wrongPort', { option });
    return Number(text);
  };
  const mode = MODES.find((one) => one === textOf('mode'));
  if (!mode) throw new CommandError('wrongMode');
  const mchids = [given['merchant'] ?? '1900000001'].flat().map(String);
  if (new Set(mchids).size < mchids.length || mchids.some((mchid) => !/^\d{8,12}$/.test(mchid)))
    throw new CommandError('wrongMchid');
  return {
    ports: { port: portOf('port'), 'tls-port': portOf('tls-port'), 'proxy-port': portOf('proxy-port') },
    address: textOf('address'),
    out: textOf('out'),
    mchids,
    mode,
    merchantsFile: given['merchants'] === undefined ? undefined : textOf('merchants'),
    echo: given['echo'] === true,
  };
}

const TITLES: Readonly<Record<Language, string>> = {
  en: 'wechatpay-sandbox [options]\n\nA stand-in of WeChat Pay APIv3 on this machine.\n\nOptions:\n',
  'zh-CN': 'wechatpay-sandbox [选项]\n\n在本机运行的微信支付 APIv3 沙箱。\n\n选项：\n',
};

export function helpIn(language: Language): string {
  const rows = Object.entries(ALL).map(([name, { value, texts, default: usual }]) => {
    const option = `--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${option.padEnd(20)} ${texts[language]}${usual === undefined ? '' : ` (${usual})`}\n`;
  });
  return TITLES[language] + rows.join('');
}
