import { describe, expect, it } from '@jest/globals';
import { type Context, conditionHolds } from '../support/iam/conditions.ts';

const RULE = 'arn:aws:events:us-east-1:111122223333:rule/shop/paid';

/** The truth table of each operator, as the IAM User Guide has it under "condition operators". */
const table: [condition: object, context: Context, holds: boolean][] = [
  [{ StringEquals: { k: 'a' } }, { k: 'a' }, true],
  [{ StringEquals: { k: 'a' } }, { k: 'A' }, false],
  [{ StringEquals: { k: 'a*' } }, { k: 'ab' }, false],
  [{ StringEquals: { k: ['a', 'b'] } }, { k: 'b' }, true],
  [{ StringEquals: { k: 'a' } }, {}, false],
  [{ StringEquals: { 'aws:SourceArn': 'a' } }, { 'AWS:sourcearn': 'a' }, true],
  [{ StringEquals: { k: 'a', l: 'b' } }, { k: 'a' }, false],
  [{ StringEquals: { k: 'a' }, Bool: { l: 'true' } }, { k: 'a', l: 'false' }, false],
  [{ StringEquals: { k: 'a' }, Bool: { l: 'true' } }, { k: 'a', l: 'true' }, true],
  [{ StringNotEquals: { k: ['a', 'b'] } }, { k: 'c' }, true],
  [{ StringNotEquals: { k: ['a', 'b'] } }, { k: 'b' }, false],
  [{ StringNotEquals: { k: 'a' } }, {}, true],
  [{ StringLike: { k: 'a?c*' } }, { k: 'abc/d:e' }, true],
  [{ StringLike: { k: 'a?c' } }, { k: 'ac' }, false],
  [{ StringLike: { k: 'a.c' } }, { k: 'abc' }, false],
  [{ StringNotLike: { k: 'a*' } }, { k: 'ab' }, false],
  [{ ArnLike: { k: 'arn:aws:events:*:111122223333:rule/shop/*' } }, { k: RULE }, true],
  [{ ArnEquals: { k: 'arn:aws:events:*:111122223333:rule/shop/*' } }, { k: RULE }, true],
  [{ ArnLike: { k: 'arn:aws:events:us-east-1:*' } }, { k: RULE }, false],
  [{ ArnLike: { k: 'arn:aws:*:111122223333:rule/shop/paid' } }, { k: RULE }, false],
  [{ ArnLike: { k: RULE } }, { k: 'paid' }, false],
  [{ ArnLike: { k: RULE } }, {}, false],
  [{ ArnNotEquals: { k: [RULE, 'arn:aws:iam::1:role/x'] } }, { k: RULE }, false],
  [{ ArnNotLike: { k: 'arn:aws:iam::1:role/x' } }, { k: RULE }, true],
  [{ ArnNotEquals: { k: RULE } }, {}, true],
  [{ Bool: { k: false } }, { k: 'False' }, true],
  [{ Bool: { k: 'false' } }, {}, false],
  [{ BoolIfExists: { k: 'false' } }, {}, true],
  [{ BoolIfExists: { k: 'false' } }, { k: 'true' }, false],
  [{ StringEqualsIfExists: { k: 'a' } }, { k: 'b' }, false],
  [{ Null: { k: 'true' } }, {}, true],
  [{ Null: { k: 'true' } }, { k: 'a' }, false],
  [{ Null: { k: false } }, { k: 'a' }, true],
  [{ 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k: ['a', 'b', 'a'] }, true],
  [{ 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, { k: ['a', 'c'] }, false],
  [{ 'ForAllValues:StringEquals': { k: ['a', 'b'] } }, {}, true],
  [{ 'ForAllValues:StringNotEquals': { k: 'a' } }, { k: ['b', 'a'] }, false],
  [{ 'ForAnyValue:StringEquals': { k: ['a', 'b'] } }, { k: ['c', 'a'] }, true],
  [{ 'ForAnyValue:StringEquals': { k: ['a', 'b'] } }, { k: ['c'] }, false],
  [{ 'ForAnyValue:StringLike': { k: 'a*' } }, {}, false],
  [{ 'ForAnyValue:StringNotEquals': { k: 'a' } }, { k: ['a', 'b'] }, true],
  [{}, {}, true],
];

describe('a condition', () => {
  it.each(table)('%j of %j: %s', (condition, context, holds) => {
    expect(conditionHolds(condition, context)).toBe(holds);
  });

  it.each([
    ['NumericLessThan', { NumericLessThan: { k: '1' } }],
    ['StringEqualsIfexists', { StringEqualsIfexists: { k: 'a' } }],
    ['ForSomeValues:StringEquals', { 'ForSomeValues:StringEquals': { k: 'a' } }],
    ['toString', { toString: { k: 'a' } }],
    ['policy variables', { StringEquals: { k: `\${aws:username}` } }],
  ])('is refused when it is not understood: %s', (_, condition) => {
    expect(() => conditionHolds(condition, { k: 'a' })).toThrow(/unknown condition operator|not known/);
  });

  it('is refused when it takes one value and the request has several', () => {
    expect(() => conditionHolds({ StringEquals: { k: 'a' } }, { k: ['a'] })).toThrow('one value expected');
  });
});
