import { answerJson } from './answer.ts';
import type { Contracts } from './contracts.ts';
import type { ParameterRules, Parameters } from './parameters.ts';
import { refuse } from './refusals.ts';
import type { Member, Members } from './rules.ts';
import type { Answer, Contract } from './types.ts';

export type Asked = {
  readonly mchid: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly values: Parameters;
  readonly contracts: Contracts;
  readonly now: number;
};

/** What a merchant may ask of contracts. */
export type ContractRoute = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly parameters: ParameterRules;
  readonly answer: (asked: Asked) => Answer;
};

export const need = (max: number, values?: readonly string[]): Member => ({
  kind: 'string',
  required: true,
  max,
  ...(values ? { values } : {}),
});
export const may = (max: number): Member => ({ kind: 'string', max });
export const byId: Members = { contract_id: need(32) };

/** WeChat Pay's word for how it stands. */
export const wordOf = ({ kind, state }: Contract): string => kind.words[state] ?? state;

/** What is another merchant's is not there either. */
export const notFound = (): Answer => refuse(404, 'NOT_FOUND', '签约信息不存在');

export const answerOne = (
  contract: Contract | undefined,
  describe: (contract: Contract) => object,
): Answer => (contract ? answerJson(describe(contract)) : notFound());
