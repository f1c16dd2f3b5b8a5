import type { Finding, Language, ToldFinding } from '../anatomy.ts';
import { ENGLISH } from './texts.en.ts';
import { CHINESE } from './texts.zh-cn.ts';

const TEXTS = { en: ENGLISH, 'zh-CN': CHINESE } satisfies Record<Language, unknown>;

/** A finding with its sentence in every language. */
export function tell(finding: Finding): ToldFinding {
  const params = new Map(Object.entries(finding.params));
  const write = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name) => `${params.get(name) ?? ''}`);
  return {
    ...finding,
    texts: { 'zh-CN': write(TEXTS['zh-CN'][finding.code]), en: write(TEXTS.en[finding.code]) },
  };
}
