import type { Finding } from '../anatomy.ts';
import { parseItems } from '../authorization.ts';
import { SCHEME } from '../scheme.ts';
import type { Items } from './known.ts';

const NAMES = ['mchid', 'nonce_str', 'serial_no', 'signature', 'timestamp'] as const;

type Read = { readonly findings: readonly Finding[]; readonly items?: Items };

/** The Authorization header, read more kindly than WeChat Pay does, so that what it holds can be looked at all the same. */
export function readAuthorization(header: string | undefined): Read {
  if (header === undefined || header === '')
    return { findings: [{ code: 'authorization.missing', params: {} }] };
  const [, scheme = '', list = ''] = /^(\S*)\s*(.*)$/s.exec(header) ?? [];
  if (scheme !== SCHEME) return { findings: [{ code: 'authorization.scheme', params: {} }] };
  const items = parseItems(list);
  if (items && header === `${scheme} ${list}`) return { findings: [], items };
  const found = Object.fromEntries(
    [...list.matchAll(/([A-Za-z_]+)\s*=\s*"?([^",\s]*)"?/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const missing = NAMES.filter((name) => !found[name]);
  if (missing.length > 0)
    return { findings: [{ code: 'authorization.items', params: { missing: missing.join(', ') } }] };
  return { findings: [{ code: 'authorization.format', params: {} }], items: found as Items };
}
