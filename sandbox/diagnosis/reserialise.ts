const LAYOUTS: Readonly<Record<string, (value: unknown) => string>> = {
  compact: (value) => JSON.stringify(value),
  // Python's json.dumps, unless told otherwise.
  spaced: (value) => write(value),
  'indent-2': (value) => JSON.stringify(value, null, 2),
  'indent-4': (value) => JSON.stringify(value, null, 4),
};

const hex = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const ESCAPES: Readonly<Record<string, (text: string) => string>> = {
  '': (text) => text,
  // Python, PHP.
  ascii: (text) => text.replace(/[\u0080-\uffff]/g, hex),
  // Go.
  html: (text) => text.replace(/[<>&]/g, hex),
};

/** PHP. */
const SLASHES: typeof ESCAPES = { '': (text) => text, slashes: (text) => text.replaceAll('/', '\\/') };
const ORDERS: Readonly<Record<string, (value: unknown) => unknown>> = { '': (value) => value, sorted: sort };

/** The ways in which serialisers write one JSON value, by a name that says how. */
export function* serialisations(value: unknown): Generator<{ style: string; text: string }> {
  for (const [order, arrange] of Object.entries(ORDERS))
    for (const [layout, lay] of Object.entries(LAYOUTS))
      for (const [escapes, hide] of Object.entries(ESCAPES))
        for (const [slashes, mark] of Object.entries(SLASHES)) {
          const style = [layout, escapes, slashes, order].filter((word) => word !== '').join(', ');
          yield { style, text: mark(hide(lay(arrange(value)))) };
        }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function write(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(write).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${write(inner)}`);
  return `{${members.join(', ')}}`;
}

function sort(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sort);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, inner]): [string, unknown] => [name, sort(inner)]);
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)));
}
