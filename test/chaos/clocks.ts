import { createHash } from 'node:crypto';
import type { DynamoCall } from '../aws/dynamodb.ts';
import { isClaim } from '../support/request-writes.ts';

type Values = Record<string, { S?: string; N?: string }>;
type Write = { Key: { id: { S: string } }; ExpressionAttributeValues: Values };

const change = (body: string, by: (write: Write) => void): string => {
  const write = JSON.parse(body) as Write;
  by(write);
  return JSON.stringify(write);
};

/** Uniform in [0, 1), the same for each repetition of a write. */
const chanceOf = ({ ':claim': claim }: Values): number =>
  createHash('sha256')
    .update(claim?.S ?? '')
    .digest()
    .readUInt32BE() /
  2 ** 32;

/**
 * Claims as Lambdas make them whose clock is `ms` ahead, or behind: `share` of each; `onOffset` is told of the item. Only what is written changes. With
 * all of its clock wrong a Lambda signs nothing that WeChat Pay takes, and so never gets far.
 */
export const offsetClaims = (ms: number, share: number, onOffset: (item: string) => void) => {
  const offset = (values: Values): number => {
    const chance = chanceOf(values);
    if (chance < share) return ms;
    return chance < 2 * share ? -ms : 0;
  };
  const shift = ({ Key, ExpressionAttributeValues: values }: Write): void => {
    const by = offset(values);
    if (by !== 0) onOffset(Key.id.S);
    for (const name of [':now', ':until'])
      if (values[name] !== undefined) values[name] = { N: String(Number(values[name]?.N) + by) };
  };
  return (call: DynamoCall): string => (isClaim(call) ? change(call.body, shift) : call.body);
};

/** A table in which nobody finds what somebody else has written: every claim has an item of its own. */
export const forget = ({ operation, body }: DynamoCall): string =>
  operation === 'UpdateItem' && body.includes(':claim')
    ? change(body, ({ Key, ExpressionAttributeValues: values }) => {
        Key.id.S += values[':claim']?.S ?? '';
      })
    : body;
