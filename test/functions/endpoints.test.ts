import { describe, expect, it } from '@jest/globals';
import { endpointsIn, exampleOf } from '../../lib/documents/endpoints.ts';
import type { Endpoint } from '../../lib/endpoint.ts';
import { PresignError } from '../../lib/errors.ts';
import { pointer as pointerOf } from '../../lib/paths.ts';
import { MAX_SENSITIVE_BYTES } from '../../lib/schema.ts';
import { checkBody } from '../../lib/validate.ts';
import { standInOf } from '../aws/stand-ins.ts';
import { fieldsOf, replaced, valueAt, without } from '../support/fields.ts';
import { FIXTURE_STAND_INS } from '../support/fixtures/stand-ins.ts';
import { standInFields } from '../support/stand-in-fields.ts';
import { named } from '../support/world.ts';

// What WeChat Pay's documentation says of an endpoint is written down twice: in its schema, and in the sandbox's own
// words. Each is held against the other here.

const real = await endpointsIn();
const madeUp = await endpointsIn(new URL('../support/fixtures/functions/', import.meta.url));
const rowOf = (endpoint: Endpoint) =>
  standInOf(endpoint, madeUp.includes(endpoint) ? FIXTURE_STAND_INS : undefined);

const pointersIn = (value: unknown, at = ''): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) => [
        `${at}/${name}`,
        ...pointersIn(member, `${at}/${name}`),
      ])
    : [];

/** `undefined` when the body is accepted. */
const detailOf = (endpoint: Endpoint, body: unknown): unknown => {
  try {
    checkBody(endpoint.request, body);
    return undefined;
  } catch (error) {
    if (error instanceof PresignError && error.code === 'PARAM_ERROR') return error.detail;
    throw error;
  }
};

describe.each([...real, ...madeUp])('$name', (endpoint) => {
  const row = rowOf(endpoint);
  const request = exampleOf(endpoint.request) as object;
  const known = standInFields(row.members);
  const pointers = known.map(({ pointer }) => pointer);
  const values = pointers.filter((pointer) => typeof valueAt(request, pointer) === 'string');
  const optional = known.filter(({ required }) => !required).map(({ pointer }) => pointer);
  /** Optional, but not beside what the example says: WeChat Pay has a rule about it. */
  const isNeededHere = (pointer: string): boolean =>
    row.rule?.(without(request, pointer) as Record<string, unknown>) !== undefined;

  it('takes its own example, unchanged', () => {
    expect(checkBody(endpoint.request, request)).toEqual(request);
  });

  it('documents just the members that WeChat Pay knows, and needs those that it needs', () => {
    const strip = ({ pointer, required }: { pointer: string; required: boolean }) => ({ pointer, required });
    const [ours, theirs] = [fieldsOf(endpoint.request).map(strip), known.map(strip)];
    expect(ours).toEqual(theirs);
  });

  it('marks as sensitive what WeChat Pay wants encrypted, and nothing else', () => {
    const marked = fieldsOf(endpoint.request).filter(({ sensitive }) => sensitive);
    const wanted = known.filter(({ sensitive }) => sensitive).map(({ pointer }) => pointer);
    expect(marked.map(({ pointer }) => pointer)).toEqual(wanted);
    const encrypted = endpoint.sensitive.map((path) =>
      pointerOf(path.map((step) => (typeof step === 'string' ? step : 0))),
    );
    expect(encrypted).toEqual(wanted);
  });

  it('names in its answer what WeChat Pay answers', () => {
    expect(endpoint.documented).toEqual([[row.answer.member]]);
  });

  it.each(pointers)(
    'takes nothing but its own type for %s, never emptiness, and no unknown member beside',
    (pointer) => {
      for (const wrong of [7, null]) {
        expect(detailOf(endpoint, replaced(request, pointer, wrong))).toMatchObject({ field: pointer });
      }
      expect(detailOf(endpoint, replaced(request, pointer, ''))).toMatchObject({ field: pointer });
      const parent = pointer.slice(0, pointer.lastIndexOf('/'));
      if (Array.isArray(valueAt(request, parent))) return;
      expect(detailOf(endpoint, replaced(request, `${parent}/unheard_of`, 'x'))).toMatchObject({
        field: parent,
      });
    },
  );

  it('does without each member that is optional, unless a rule asks for it', () => {
    for (const pointer of optional) {
      const detail = detailOf(endpoint, without(request, pointer));
      if (isNeededHere(pointer)) expect(detail).toMatchObject({ field: pointer });
      else expect(detail).toBeUndefined();
    }
  });

  it('does without all that is optional at once', () => {
    const least = optional.toReversed().reduce<object>(without, request);
    const left = pointersIn(least);
    expect(left).toEqual(pointers.filter((pointer) => valueAt(least, pointer) !== undefined));
    expect(detailOf(endpoint, least)).toBeUndefined();
  });

  it('takes as many characters as WeChat Pay does, and of a sensitive field as many as one block holds', () => {
    for (const { pointer, max, sensitive, pattern } of known) {
      const most = sensitive ? Math.min(max ?? MAX_SENSITIVE_BYTES, MAX_SENSITIVE_BYTES) : max;
      if (most === undefined || !values.includes(pointer)) continue;
      const of = (length: number) => detailOf(endpoint, replaced(request, pointer, '1'.repeat(length)));
      if (pattern?.test('1'.repeat(most)) ?? true)
        expect({ pointer, detail: of(most) }).toEqual({ pointer, detail: undefined });
      const issue = { en: `must be at most ${most} characters long`, zh: `最多 ${most} 个字符` };
      expect(of(most + 1)).toEqual({ field: pointer, issue, location: 'body' });
    }
  });
});

describe('eduschoolpay-contracts-presign', () => {
  const endpoint = named(real, 'eduschoolpayContractsPresign');
  const request = exampleOf(endpoint.request) as object;
  const bareWith = (mode: string | undefined): object => {
    const bare = without(without(request, '/identity'), '/bank_card');
    return mode === undefined ? without(bare, '/contract_mode') : replaced(bare, '/contract_mode', mode);
  };

  it.each(['LIMIT_BANK_CARD', 'PRIORITY_BANK_CARD'])(
    'asks for the card and its owner when it is %s',
    (mode) => {
      const body = bareWith(mode);
      for (const schema of [endpoint.request, endpoint.encryptedRequest]) {
        expect(schema.safeParse(body).error?.issues.map(({ path }) => path)).toEqual([
          ['identity'],
          ['bank_card'],
        ]);
      }
    },
  );

  it.each([undefined, 'DEFAULT'])('asks for neither when it is %s', (mode) => {
    const body = bareWith(mode);
    expect(detailOf(endpoint, body)).toBeUndefined();
  });

  it.each(['00/28', '13/28', '8/28', '08/2028', '08-28', '08/28\n'])('takes no %j for a month', (value) => {
    const body = replaced(request, '/bank_card/valid_thru', value);
    expect(detailOf(endpoint, body)).toMatchObject({ field: '/bank_card/valid_thru' });
  });

  it.each(['a-b', 'a b', '学生', 'a_b'])('takes no %j for a student', (value) => {
    expect(detailOf(endpoint, replaced(request, '/user_id', value))).toMatchObject({
      field: '/user_id',
    });
  });
});
