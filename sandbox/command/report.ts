import type { Language } from '../anatomy.ts';
import { tell } from '../diagnosis/tell.ts';
import { findContractRoute } from '../judge-contract.ts';
import type { Call } from '../types.ts';

/**
 * Lines about a call that was refused; none about any other. No value that was submitted is in them but for serials,
 * merchant numbers and names of members.
 */
export function reportOf(call: Readonly<Call>, language: Language): string[] {
  const { n, method, path, status = 0, code = '', fault } = call;
  if (status < 400 || fault !== undefined) return [];
  const [bare = ''] = path.split('?');
  // Its parameters may be somebody's.
  const route = findContractRoute(bare)?.route.path ?? bare;
  const found = call.findings.map((finding) => tell(finding).texts[language]);
  const reasons = found.length > 0 ? found : messageOf(call);
  return [`#${n} ${method} ${route} ${status} ${code}`, ...reasons.map((text) => `  ${text}`)].map(printable);
}

/** What WeChat Pay itself says, and of which place: not the value that it quotes. */
function messageOf({ answer }: Readonly<Call>): string[] {
  try {
    const { message = '', detail = {} } = JSON.parse(answer?.body.toString() ?? '{}');
    const where = [detail?.field, detail?.issue].filter((text) => typeof text === 'string');
    return [[message, ...where].join(' ')];
  } catch {
    return [];
  }
}

/** What does nothing to a terminal but stand there. */
const printable = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
