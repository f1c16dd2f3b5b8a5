import { readFile } from 'node:fs/promises';

/** How an entry of a zip's central directory begins. */
const ENTRY = Buffer.from('PK\x01\x02', 'latin1');

/** The names of the files in a zip. */
export const filesInZip = async (path: string): Promise<string[]> => {
  const zip = await readFile(path);
  const names: string[] = [];
  // The directory is at the end, and the end says where it begins.
  let at = zip.readUInt32LE(zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) + 16);
  while (zip.subarray(at, at + 4).equals(ENTRY)) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    names.push(zip.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names;
};
