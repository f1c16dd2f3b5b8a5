import type { Language } from '../anatomy.ts';

export type Option = {
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
  'no-magic': {
    texts: {
      en: 'let no text in a body ask for a fault (SANDBOX_RESET and the like)',
      'zh-CN': '请求体中的特殊文本（如 SANDBOX_RESET）不再触发故障',
    },
  },
  lang: {
    value: 'LANG',
    texts: { en: 'zh-CN or en (default: as the system)', 'zh-CN': 'zh-CN 或 en（默认与系统相同）' },
  },
  help: { texts: { en: 'this text', 'zh-CN': '显示本说明' } },
  version: { texts: { en: 'its version', 'zh-CN': '显示版本' } },
} as const satisfies Record<string, Option>;
