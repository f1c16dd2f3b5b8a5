/** Whether `text` is like `pattern`, where `*` stands for any characters or none and `?` for any one. */
export const like = (pattern: string, text: string): boolean => {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
};

const PARTS = 6;

/** The six parts of an ARN, or undefined; the last may have colons of its own. */
const partsOf = (arn: string): string[] | undefined => {
  const parts = arn.split(':');
  if (parts.length < PARTS || parts[0] !== 'arn') return undefined;
  return [...parts.slice(0, PARTS - 1), parts.slice(PARTS - 1).join(':')];
};

/** As the condition operators ArnLike and ArnEquals compare: part by part, so that no `*` reaches over a colon before the last. */
export const arnLike = (pattern: string, arn: string): boolean => {
  const [patterns, parts] = [partsOf(pattern), partsOf(arn)];
  if (patterns === undefined || parts === undefined) return false;
  return patterns.every((part, n) => like(part, parts[n] ?? ''));
};
