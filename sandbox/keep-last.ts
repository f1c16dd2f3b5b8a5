/** Adds to the end of a list that holds `most`, and returns what falls out at its beginning. */
export function keepLast<T>(list: T[], item: T, most: number): T | undefined {
  list.push(item);
  return list.length > most ? list.shift() : undefined;
}
