import { CERTIFICATES_PATH } from './certificates.ts';
import { ECHO_PATH, ECHO_RULES } from './echo.ts';
import { EXAMPLES } from './examples.ts';
import { CONTRACT_ROUTES } from './judge-contract.ts';
import type { Endpoint, Member, Members } from './rules.ts';
import type { ToldEndpoint, ToldField } from './told.ts';
import type { JsonObject } from './types.ts';

/** What can be asked of WeChat Pay here, and by which rules it is judged. */
export function tellEndpoints(endpoints: Iterable<Endpoint>): ToldEndpoint[] {
  const rows = [...endpoints].map(({ path, members }) => tellBody(path, members));
  return [
    ...rows,
    tellBody(ECHO_PATH, ECHO_RULES.members),
    { method: 'GET', path: CERTIFICATES_PATH, inPath: [], inQuery: [] },
    ...CONTRACT_ROUTES.map(({ method, path, parameters }) => ({
      method,
      path,
      inPath: tellFields(parameters.path),
      inQuery: tellFields(parameters.query),
    })),
  ];
}

const examples: Readonly<Record<string, JsonObject>> = EXAMPLES;

const tellBody = (path: string, members: Members): ToldEndpoint => ({
  method: 'POST',
  path,
  inPath: [],
  inQuery: [],
  body: tellFields(members),
  example: examples[path],
});

const tellFields = (members: Members): ToldField[] =>
  Object.entries(members).map(([name, member]) => tellField(name, member));

function tellField(name: string, member: Member): ToldField {
  const told = { name, kind: member.kind, required: member.required === true };
  switch (member.kind) {
    case 'object':
      return { ...told, members: tellFields(member.members) };
    case 'array':
      return { ...told, element: tellField('', member.element) };
    case 'string':
      return { ...told, max: member.max, pattern: member.pattern?.source, values: member.values };
    case 'sensitive':
      return { ...told, max: member.max, plain: member.plain };
    default:
      return told;
  }
}
