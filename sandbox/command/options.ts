import { parseArgs } from 'node:util';
import type { Language } from '../anatomy.ts';
import { MODES } from '../merchant-keys.ts';
import type { Mode } from '../types.ts';
import { OPTIONS, type Option } from './option-table.ts';
import { CommandError, type TextName } from './texts.ts';

const ALL: Readonly<Record<string, Option>> = OPTIONS;

export type Settings = {
  readonly ports: Readonly<Record<PortOption, number>>;
  readonly address: string;
  readonly out: string;
  readonly mchids: readonly string[];
  readonly mode: Mode;
  readonly merchantsFile: string | undefined;
  readonly echo: boolean;
  readonly magic: boolean;
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
    magic: given['no-magic'] !== true,
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
