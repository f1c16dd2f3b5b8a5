import type { Language } from './anatomy.ts';
import { fill } from './fill.ts';
import type { RefusalCode, RefusalParameters } from './refusal-codes.ts';
import { ENGLISH } from './refusal-texts.en.ts';
import { CHINESE } from './refusal-texts.zh-cn.ts';

const TEXTS = { en: ENGLISH, 'zh-CN': CHINESE } satisfies Record<Language, unknown>;

/** What the stand-in says instead of doing what somebody asked of it: a sentence that tells what to do. */
export class ControlRefusal<Code extends RefusalCode = RefusalCode> extends Error {
  override readonly name = 'ControlRefusal';
  readonly status: number;
  /** In the reader's language; the message is in English. */
  readonly tell: (language: Language) => string;

  constructor(status: number, code: Code, params: RefusalParameters[Code]) {
    super(fill(ENGLISH[code], params));
    this.status = status;
    this.tell = (language) => fill(TEXTS[language][code], params);
  }
}
