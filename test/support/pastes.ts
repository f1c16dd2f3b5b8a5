/** What becomes of line ends in a paste: a terminal sends the Enter key's CR. */
const typed = (text: string): string => text.replaceAll('\n', '\r');

/** How a PEM arrives when it is pasted, by what was selected and which terminal it is pasted into. */
export const DRESSES: Readonly<Record<string, (pem: string) => string>> = {
  'as it is': (pem) => typed(pem),
  'with line feeds': (pem) => pem,
  'without its last line end': (pem) => typed(pem.trimEnd()),
  'after empty lines': (pem) => typed(`\n\n${pem}`),
  'with CR LF': (pem) => pem.replaceAll('\n', '\r\n'),
  'with empty lines before its last line and after it': (pem) =>
    typed(pem.replace('-----END', '\n\n-----END').concat('\n\n')),
  'under the names that openssl pkcs12 writes': (pem) =>
    typed(`Bag Attributes\n    friendlyName: key\n${pem}`),
  'marked by the terminal': (pem) => `\x1b[200~${typed(`\n${pem}\n`)}\x1b[201~`,
  'marked, without its last line end': (pem) => `\x1b[200~${typed(pem.trimEnd())}\x1b[201~`,
};

export const piecesOf = (paste: string, size: number): Buffer[] => {
  const bytes = Buffer.from(paste);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    Buffer.from(bytes.subarray(index * size, (index + 1) * size)),
  );
};
