/**
 * Finds what was submitted in a text of another system, in whatever spelling it is quoted. What quotes is withheld as
 * a whole: cutting the quotation out would leave what stands around it, and the half that was spelt otherwise.
 */

/** So many letters and digits in a row of a value give part of it away, as in `110101********757X`. */
const PART = 6;
/** Codes and ids are made of few characters, at random: shorter parts are in them by chance. */
const TOKEN_PART = 8;
/** No plaintext that is encrypted is longer. Beyond that a value is a ciphertext, of which parts mean nothing. */
const LONGEST_PLAINTEXT = 214;
/** `&amp;#24352;` is two deep. */
const ROUNDS = 4;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Every string in a JSON value. */
export const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
};

/** The name of every member in a JSON value. */
const namesIn = (value: unknown): string[] => {
  if (!isObject(value)) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(namesIn)];
};

const decodeCharacter = (digits: string | undefined, base: number): string => {
  const code = Number.parseInt(digits ?? '', base);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
};

const decodeOnce = (text: string): string =>
  text
    .replace(/[\\%]u\{([0-9a-f]{1,6})\}|[\\%]u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi, (_, braced, four, two) =>
      decodeCharacter(braced ?? four ?? two, 16),
    )
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
    .replace(/&#x([0-9a-f]{1,8});?/gi, (_, hex: string) => decodeCharacter(hex, 16))
    .replace(/&#(\d{1,8});?/g, (_, decimal: string) => decodeCharacter(decimal, 10))
    .replace(/&amp;/gi, '&')
    // The others stand for no letter or digit of a value; their own letters would hide what they part.
    .replace(/&(?!#|amp;)[a-z][a-z0-9]{1,31};/gi, ' ');

/** The text as it stands, and as it reads after each round of decoding: `100%123456` hides digits from its decoder. */
const decodeByRounds = (text: string): string[] => {
  const found = [text.normalize('NFKC')];
  for (let round = 0; round < ROUNDS; round += 1) {
    const last = found.at(-1) ?? '';
    const next = /[\\%&]/.test(last) ? decodeOnce(last).normalize('NFKC') : last;
    if (next === last) break;
    found.push(next);
  }
  return found;
};

const removeNames = (names: ReadonlySet<string>, text: string): string =>
  text.replaceAll(/[A-Za-z_][A-Za-z0-9_]*/g, (word) => (names.has(word) ? '' : word));

/** Letters and digits alone, of one case; the width is that of NFKC. */
const strip = (text: string): string =>
  text
    .toUpperCase()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

const slideOver = (text: string, size: number): string[] =>
  Array.from({ length: Math.max(0, text.length - size + 1) }, (_, at) => text.slice(at, at + size));

/**
 * @param submitted JSON values. The names of their members are no secret: `id_card_number` quotes no `ID_CARD`.
 * @returns whether a text, or a code or an id, quotes a value. In a text: the whole of any value, or six letters and digits in
 *   a row. In a code or id, where short things stand by chance: the whole of a value of six or more, or eight in a
 *   row with a digit among them.
 */
export const createQuoteFinder = (submitted: readonly unknown[]) => {
  const values = [...new Set(stringsIn(submitted))].filter((value) => value !== '');
  const plain = values
    .filter((value) => value.length <= LONGEST_PLAINTEXT)
    .flatMap((value) => decodeByRounds(value).map(strip))
    .filter((value) => value !== '');
  const short = plain.filter((value) => value.length < PART);
  const long = plain.filter((value) => value.length >= PART);
  // Parted by what is neither letter nor digit, so that no window spans two.
  const all = long.join(' ');
  return {
    inText: (text: string): boolean => {
      const names = new Set(namesIn(submitted));
      if (values.some((value) => text.includes(value))) return true;
      return decodeByRounds(text)
        .map((reading) => strip(removeNames(names, reading)))
        .some(
          (reading) =>
            short.some((value) => reading.includes(value)) ||
            slideOver(reading, PART).some((part) => all.includes(part)),
        );
    },
    inToken: (token: string): boolean => {
      const normal = strip(token);
      return (
        long.some((value) => normal.includes(value)) ||
        slideOver(normal, TOKEN_PART).some((part) => /\d/.test(part) && all.includes(part))
      );
    },
  };
};
export type QuoteFinder = ReturnType<typeof createQuoteFinder>;
