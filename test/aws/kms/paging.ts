import { KmsError } from './errors.ts';
import { type Input, optionalString, wholeNumber } from './input.ts';

const offsetOf = (marker: string | undefined): number => {
  if (marker === undefined) return 0;
  const offset = Number(Buffer.from(marker, 'base64url').toString('latin1') || Number.NaN);
  if (!Number.isInteger(offset)) throw new KmsError('InvalidMarkerException', 'The marker is not valid');
  return offset;
};

/** One page of a list, with the `Truncated` and `NextMarker` a client's paginator goes by. */
export const page = <T>(
  input: Input,
  items: readonly T[],
  limits: { readonly otherwise: number; readonly max: number },
) => {
  const from = offsetOf(optionalString(input, 'Marker'));
  const to = from + wholeNumber(input, 'Limit', { min: 1, ...limits });
  const rest =
    to < items.length
      ? { Truncated: true, NextMarker: Buffer.from(String(to)).toString('base64url') }
      : { Truncated: false };
  return { items: items.slice(from, to), rest };
};
