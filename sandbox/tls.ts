import type { Host } from './host.ts';
import { issueCertificate, makeCa } from './pki.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Apple's systems take no certificate of a server that lasts longer than 825 days. */
const DAYS = 820;

/** WeChat Pay's hosts (wechatpay-go and -java know them by heart), and this machine. */
export const HOSTS: Readonly<Record<string, Host>> = {
  'api.mch.weixin.qq.com': 'primary',
  'api2.mch.weixin.qq.com': 'backup',
  'api.wechatpay.cn': 'primary',
  'api2.wechatpay.cn': 'backup',
  localhost: 'primary',
  '127.0.0.1': 'primary',
};

export type TlsKeys = {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  /** What clients are to trust. */
  readonly caPem: string;
  /** Called when a client does not. */
  readonly onDistrust?: () => void;
};

/**
 * Keys for all of these hosts, and a CA that signs nothing but this one certificate: its private key is never kept, so
 * to trust it is to trust no other.
 */
export async function makeTlsKeys(now: number): Promise<TlsKeys> {
  const ca = await makeCa('wechatpay-sandbox CA');
  const { privateKeyPem, certificatePem } = await issueCertificate({
    ca,
    commonName: 'api.mch.weixin.qq.com',
    hosts: Object.keys(HOSTS),
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + (DAYS - 1) * DAY),
  });
  return { privateKeyPem, certificatePem, caPem: ca.certificatePem };
}

/** Which host a request over TLS was meant for. */
export const hostOf = (header = ''): Host => HOSTS[header.replace(/:\d+$/, '').toLowerCase()] ?? 'primary';
