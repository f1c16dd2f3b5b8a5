import type { Member, Members } from '../../sandbox/rules.ts';
import type { Field } from './fields.ts';

/** A field as the stand-in of WeChat Pay knows it; `max` in characters, of the plaintext where it is encrypted. */
export type StandInField = Field & { max: number | undefined; pattern: RegExp | undefined };

const within = (member: Member, at: string): StandInField[] => {
  if (member.kind === 'object') return standInFields(member.members, at);
  return member.kind === 'array' ? fieldsOfMember(member.element, `${at}/0`, true) : [];
};

const maxOf = (member: Member): number | undefined => {
  if (member.kind === 'sensitive') return member.plain;
  return member.kind === 'string' ? member.max : undefined;
};

const fieldsOfMember = (member: Member, pointer: string, required: boolean): StandInField[] => [
  {
    pointer,
    required,
    sensitive: member.kind === 'sensitive',
    max: maxOf(member),
    pattern: member.kind === 'string' ? member.pattern : undefined,
  },
  ...within(member, pointer),
];

/** Every member of a body, parents before children, in the words of the stand-in: of an array its first element. */
export const standInFields = (members: Members, at = ''): StandInField[] =>
  Object.entries(members).flatMap(([name, member]) =>
    fieldsOfMember(member, `${at}/${name}`, member.required === true),
  );
