/** A sentence with the values of its parameters: `{name}` stands for one. */
export function fill(text: string, params: object): string {
  const values = new Map<string, unknown>(Object.entries(params));
  return text.replace(/\{(\w+)\}/g, (_, name) => `${values.get(name) ?? ''}`);
}
