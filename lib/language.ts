/** The languages that callers are answered in; the first is for those who ask for none of them, as at WeChat Pay. */
export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Content-Language of what is said in one, and Accept-Language of what WeChat Pay is asked to say. */
export const TAGS = { zh: 'zh-CN', en: 'en' } as const satisfies Record<Language, string>;

/** One sentence of ours in every language. */
export type Words = Readonly<Record<Language, string>>;
/** What a caller is told: our words, or WeChat Pay's, in whatever language it chose. */
export type Said = Words | string;

export const say = (said: Said, language: Language): string =>
  typeof said === 'string' ? said : said[language];

/** A language range and its weight: RFC 9110, 12.4.2 and 12.5.4. */
const RANGE = /^(\*|[a-z]{1,8})(?:-[a-z\d]{1,8})*(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/**
 * The language that Accept-Language prefers. Regions and scripts do not count; of equal weights the first does; what is
 * no range is passed over; `*` stands for the languages that are not named.
 */
export const languageOf = (acceptLanguage = ''): Language => {
  const ranges = acceptLanguage.split(',').flatMap((text) => {
    const [, name = '', weight = 1] = RANGE.exec(text.trim()) ?? [];
    return name === '' ? [] : [{ name: name.toLowerCase(), weight: Number(weight) }];
  });
  const unnamed = LANGUAGES.find((language) => ranges.every(({ name }) => name !== language));
  const [best] = ranges
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .flatMap(({ name }) => (name === '*' ? unnamed : LANGUAGES.find((language) => language === name)) ?? []);
  return best ?? LANGUAGES[0];
};
