import type { Finding, Language, ToldFinding } from '../anatomy.ts';
import { fill } from '../fill.ts';
import { ENGLISH } from './texts.en.ts';
import { CHINESE } from './texts.zh-cn.ts';

const TEXTS = { en: ENGLISH, 'zh-CN': CHINESE } satisfies Record<Language, unknown>;

/** A finding with its sentence in every language. */
export const tell = (finding: Finding): ToldFinding => ({
  ...finding,
  texts: {
    'zh-CN': fill(TEXTS['zh-CN'][finding.code], finding.params),
    en: fill(TEXTS.en[finding.code], finding.params),
  },
});
