import { diagnose } from './diagnose.ts';
import { ECHO_PATH, ECHO_RULES } from './echo.ts';
import { escapeName, isObject, parseJson } from './json.ts';
import { isPlayed } from './judge.ts';
import { type Members, type SensitiveField, sensitiveFields } from './rules.ts';
import type { Call } from './types.ts';
import type { World } from './world.ts';

/** Adds to the record of a refused call what is wrong with it, by what the stand-in knows now. */
export function examine(call: Call, world: World): void {
  const { merchants, platform, clock } = world;
  const fields = fieldsOf(call, world);
  call.sealed = fields.map(({ pointer }) => pointer);
  call.findings = diagnose(call, {
    now: clock(),
    merchants: merchants.all(),
    platformKeys: [...platform.keys(), ...merchants.all().flatMap(({ publicKey }) => publicKey ?? [])],
    usable: platform.usable,
    fields,
    isPlayed: isPlayed(call, world),
  });
}

/** Where a ciphertext belongs; where nobody knows, what looks like one. */
function fieldsOf(call: Call, { endpoints }: World): Pick<SensitiveField, 'pointer' | 'value'>[] {
  const [path = ''] = call.path.split('?');
  const body = parseJson(call.body.toString());
  const members: Members | undefined = path === ECHO_PATH ? ECHO_RULES.members : endpoints.get(path)?.members;
  if (members) return isObject(body) ? sensitiveFields(members, body) : [];
  return ciphertexts(body);
}

function ciphertexts(value: unknown, pointer = ''): { pointer: string; value: string }[] {
  if (typeof value === 'string') return /^[\w+/-]{342}={0,2}$/.test(value) ? [{ pointer, value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    ciphertexts(inner, `${pointer}/${escapeName(name)}`),
  );
}
