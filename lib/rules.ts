/**
 * What can be wrong with a request, in words: `detail.issue`, or `message` when it is the whole body. No sentence holds
 * anything that was submitted. Each is an export of its own, so that a bundle has those alone that its endpoint needs.
 */
import type { Words } from './language.ts';

const plural = (count: number | bigint, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export const EMPTY: Words = { en: 'must not be empty', zh: '不能为空' };
export const REPEATED: Words = { en: 'must be given once', zh: '只能出现一次' };
export const NOT_DIGITS: Words = { en: 'must be digits', zh: '必须是数字' };
export const NOT_VISIBLE: Words = {
  en: 'may hold only visible ASCII characters',
  zh: '只能包含可见 ASCII 字符',
};
export const BAD_REQUEST_ID: Words = {
  en: 'must be 1 to 64 visible ASCII characters',
  zh: '必须是 1 至 64 个可见 ASCII 字符',
};
export const BAD_SERIAL: Words = {
  en: 'must be a certificate serial in hex or PUB_KEY_ID_ and digits',
  zh: '必须是十六进制的证书序列号，或 PUB_KEY_ID_ 加数字',
};
export const NOT_CODE: Words = {
  en: 'may hold only digits, letters, _ and -',
  zh: '只能包含数字、字母、_ 和 -',
};
export const NOT_ALPHANUMERIC: Words = { en: 'may hold only digits and letters', zh: '只能包含数字和字母' };
export const NOT_WHOLE: Words = { en: 'must be a whole number', zh: '必须是整数' };
export const NOT_POSITIVE: Words = { en: 'must be a whole number from 1', zh: '必须是不小于 1 的整数' };
export const NOT_MONTH: Words = { en: 'must be a month and year as MM/yy', zh: '必须是 MM/yy 形式的月和年' };
export const NOT_CIPHERTEXT: Words = {
  en: 'must be base64 of one RSA-2048 block (344 characters), as Wechatpay-Serial announces',
  zh: '带有 Wechatpay-Serial 时，必须是一个 RSA-2048 密文块的 base64（344 个字符）',
};

export const NOT_UTF8: Words = { en: 'The body is not valid UTF-8.', zh: '请求体不是有效的 UTF-8。' };
export const NOT_JSON: Words = { en: 'The body is not valid JSON.', zh: '请求体不是有效的 JSON。' };

/** Rare names have a section of their own in docs/errors.md: the caller may have done nothing wrong. */
export const FOUR_BYTES: Words = {
  en: 'must not contain characters outside Unicode’s BMP (four UTF-8 bytes, such as emoji and some rare Chinese characters), which WeChat Pay does not take, nor lone surrogates; see "Rare names" in docs/errors.md',
  zh: '不能含有 Unicode 基本平面（BMP）以外的字符（UTF-8 编码为四个字节，如 emoji 和部分生僻字），微信支付不支持；也不能含有单独的代理码元；怎么办见 docs/zh-CN/errors.md 的“生僻字”',
};
export const DAMAGED: Words = {
  en: 'must not contain U+FFFD, which stands for what could not be decoded',
  zh: '不能含有 U+FFFD，它说明上游有字符解码失败',
};
export const INVISIBLE: Words = {
  en: 'must not contain control or invisible characters',
  zh: '不能含有控制字符或不可见字符',
};
export const PADDED: Words = { en: 'must not begin or end with white space', zh: '首尾不能有空白字符' };

export const notOfType = (type: string): Words => ({
  en: `must be present and of type ${type}`,
  zh: `必须有值，类型为 ${type}`,
});
export const longerThan = (most: number | bigint): Words => ({
  en: `must be at most ${plural(most, 'character')} long`,
  zh: `最多 ${most} 个字符`,
});
export const largerThan = (bytes: number): Words => ({
  en: `must be at most ${bytes} bytes of UTF-8`,
  zh: `UTF-8 编码最多 ${bytes} 个字节`,
});
export const noneOf = (values: readonly unknown[]): Words => ({
  en: `must be one of ${values.map(String).join(', ')}`,
  zh: `只能是 ${values.map(String).join('、')}`,
});
export const missingFor = (field: string, values: readonly string[]): Words => ({
  en: `must be present when ${field} is ${values.join(' or ')}`,
  zh: `${field} 为 ${values.join(' 或 ')} 时必须有值`,
});

/** What may stand in a place is called so. */
const NOUNS = { member: '成员', parameter: '参数' } as const;
export type Noun = keyof typeof NOUNS;
export const unknownOnes = (count: number, noun: Noun, known: readonly string[]): Words => ({
  en: `has ${plural(count, `unknown ${noun}`)}; the ${noun}s here are ${known.join(', ') || 'none'}`,
  zh: `有 ${count} 个文档里没有的${NOUNS[noun]}；这里可以有：${known.join('、') || '无'}`,
});
