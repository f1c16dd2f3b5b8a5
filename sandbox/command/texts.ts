import type { Language } from '../anatomy.ts';

/** What the command says, but for its help. `{name}` stands for a value. */
const TEXTS = {
  portInUse: {
    en: 'Port {port} is in use. End what listens there, or give another one: --{option} PORT, 0 for any.',
    'zh-CN': '端口 {port} 已被占用。请结束占用它的程序，或换一个端口：--{option} PORT（0 表示任意）。',
  },
  cannotListen: {
    en: 'Nothing can listen on {address}, port {port} ({code}).',
    'zh-CN': '无法在 {address} 的端口 {port} 上监听（{code}）。',
  },
  unknownOption: {
    en: 'There is no such option. --help lists them.',
    'zh-CN': '没有这个选项。--help 列出全部选项。',
  },
  wrongValue: {
    en: 'An option lacks its value, or has one that it does not take. --help lists them.',
    'zh-CN': '选项缺少值，或带有不应有的值。--help 列出全部选项。',
  },
  tooMany: {
    en: 'There is an argument too many: only options are taken. --help lists them.',
    'zh-CN': '多了一个参数：只接受选项。--help 列出全部选项。',
  },
  wrongPort: {
    en: '--{option} must be a number from 0 to 65535.',
    'zh-CN': '--{option} 必须是 0 到 65535 之间的数。',
  },
  wrongMode: {
    en: '--mode must be certificate, public-key or both.',
    'zh-CN': '--mode 必须是 certificate、public-key 或 both。',
  },
  wrongLanguage: { en: '--lang must be zh-CN or en.', 'zh-CN': '--lang 必须是 zh-CN 或 en。' },
  wrongMchid: {
    en: 'A merchant number (MCHID) has 8 to 12 digits, and comes once.',
    'zh-CN': '商户号是 8 到 12 位数字，且不能重复。',
  },
  wrongFile: { en: '{file} cannot be read: {reason}', 'zh-CN': '无法读取 {file}：{reason}' },
  keptByNpm: {
    en: 'npm kept --{option} for itself, so nothing was started. Options come after `--`: npm run sandbox -- --{option} …',
    'zh-CN': 'npm 截走了 --{option}，所以没有启动。选项要写在 `--` 之后：npm run sandbox -- --{option} …',
  },
  foreign: {
    en: '{file} is there already and holds something else. Nothing is overwritten: delete it, or give another --out.',
    'zh-CN': '{file} 已存在，且内容不同。不会覆盖任何文件：请删除它，或换一个 --out。',
  },
  damaged: {
    en: '{file} is not what this has written. Delete it for new keys, or give another --out.',
    'zh-CN': '{file} 不是本程序写的内容。请删除它以生成新的密钥，或换一个 --out。',
  },
  expired: {
    en: 'The certificates in {folder} have come to their end. Delete the folder for new ones.',
    'zh-CN': '{folder} 中的证书已到期。请删除该文件夹以生成新的证书。',
  },
  noFolder: { en: '{folder} cannot be used: {code}.', 'zh-CN': '无法使用 {folder}：{code}。' },
  starting: { en: 'Starting …', 'zh-CN': '正在启动……' },
  ready: { en: 'The WeChat Pay sandbox is ready.', 'zh-CN': '微信支付沙箱已就绪。' },
  trust: {
    en: 'WeChat Pay’s hosts; trust {file} for it',
    'zh-CN': '微信支付的域名；需信任 {file}',
  },
  proxy: { en: 'a proxy that leads there', 'zh-CN': '通往该地址的代理' },
  console: { en: 'the console: every call, taken apart', 'zh-CN': '控制台：查看每个请求的详情' },
  files: { en: 'keys and config.json in {folder}', 'zh-CN': '密钥和 config.json 位于 {folder}' },
  end: { en: 'Ctrl-C ends it.', 'zh-CN': '按 Ctrl-C 结束。' },
  distrust: {
    en: 'A client did not trust the certificate of the sandbox. Let it trust {file}.',
    'zh-CN': '有客户端不信任沙箱的证书。请让它信任 {file}。',
  },
} as const satisfies Record<string, Record<Language, string>>;

export type TextName = keyof typeof TEXTS;
export type Values = Readonly<Record<string, string | number>>;

export const say = (language: Language, name: TextName, values: Values = {}): string =>
  TEXTS[name][language].replace(/\{(\w+)\}/g, (_, value) => `${values[value] ?? ''}`);

/** Ends the command with a sentence. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly text: TextName;
  readonly values: Values;

  constructor(text: TextName, values: Values = {}) {
    super(text);
    this.text = text;
    this.values = values;
  }
}
