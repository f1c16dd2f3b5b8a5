/** A byte order mark before a JSON text is no part of it, and JSON.parse takes none. */
export const withoutBom = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);
