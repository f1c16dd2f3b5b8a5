import { wordOf } from './contract-route.ts';
import type { Contracts } from './contracts.ts';
import { ControlRefusal } from './control-refusal.ts';
import type { Endpoint } from './rules.ts';
import type { ToldContract, ToldPresign, UserAction } from './told.ts';
import type { Contract, ContractKind, ContractState, Presign } from './types.ts';

const HOUR = 60 * 60 * 1000;

export type User = ReturnType<typeof createUser>;

type Acting = {
  readonly clock: () => number;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly presigns: readonly Presign[];
  readonly contracts: Contracts;
};

/**
 * What users do in WeChat with what a merchant has pre-signed. What cannot be done throws a ControlRefusal. Assumed: who
 * gives up does not come back.
 */
export function createUser({ clock, endpoints, presigns, contracts }: Acting) {
  const givenUp = new WeakSet<Presign>();

  /** What its signature makes of it, or why the user cannot sign it. */
  function outlook(presign: Presign): { kind: ContractKind } | { reason: string } {
    const kind = endpoints.get(presign.path)?.contract;
    if (!kind)
      return { reason: `Give the row of ${presign.path} in endpoints.ts a \`contract\`: it has none.` };
    const signed = contracts.madeOf(presign);
    if (signed) return { reason: `The user has signed this already: it is contract ${signed.id}.` };
    if (givenUp.has(presign)) return { reason: 'The user has given this up. Pre-sign again.' };
    const { signableFor = Number.POSITIVE_INFINITY } = kind;
    if (clock() - presign.madeAt < signableFor) return { kind };
    return { reason: `This could be signed for ${signableFor / HOUR} hours, and no longer. Pre-sign again.` };
  }

  function requireSignable(id: string): { presign: Presign; kind: ContractKind } {
    const presign = presigns.find((one) => one.id === id);
    if (!presign) throw missing('pre-sign', id, 'presigns');
    const found = outlook(presign);
    if ('reason' in found) throw new ControlRefusal(409, found.reason);
    return { presign, kind: found.kind };
  }

  function change(id: string, action: UserAction) {
    const contract = contracts.find(id);
    if (!contract) throw missing('contract', id, 'contracts');
    if (!actionsOf(contract).includes(action))
      throw new ControlRefusal(409, `This contract is ${wordOf(contract)}: ${hint(contract)}.`);
    contracts.change(contract, ACTIONS[action].to);
    return viewOf(contract);
  }

  return {
    sign(id: string) {
      const { presign, kind } = requireSignable(id);
      return viewOf(contracts.sign(presign, kind));
    },
    giveUp: (id: string): void => void givenUp.add(requireSignable(id).presign),
    pause: (id: string) => change(id, 'pause'),
    resume: (id: string) => change(id, 'resume'),
    end: (id: string) => change(id, 'end'),
    presigns: (): ToldPresign[] =>
      presigns.map((presign) => {
        const { id, mchid, path } = presign;
        const found = outlook(presign);
        const reason = 'reason' in found ? found.reason : undefined;
        return { id, mchid, path, can_be_signed: reason === undefined, reason };
      }),
    contracts: () => contracts.all().map(viewOf),
  };
}

/** From which states to which. */
const ACTIONS = {
  pause: { from: ['signed'], to: 'paused' },
  resume: { from: ['paused'], to: 'signed' },
  end: { from: ['signed', 'paused'], to: 'ended' },
} as const satisfies Record<UserAction, { from: readonly ContractState[]; to: ContractState }>;

const canPause = ({ kind }: Contract): boolean => kind.words.paused !== undefined;

/** What the user may do with it now. */
const actionsOf = (contract: Contract): UserAction[] =>
  (Object.keys(ACTIONS) as UserAction[]).filter((action) => {
    const from: readonly ContractState[] = ACTIONS[action].from;
    return from.includes(contract.state) && (action !== 'pause' || canPause(contract));
  });

function hint(contract: Contract): string {
  if (contract.state === 'ended') return 'that is for good, pre-sign again';
  if (contract.state === 'paused') return 'it can be resumed or ended';
  return canPause(contract) ? 'it can be paused or ended' : 'it can be ended, and never paused';
}

const missing = (what: string, id: string, list: string) =>
  new ControlRefusal(404, `There is no ${what} ${id} here. GET /__sandbox/${list} shows those there are.`);

/** A contract as the stand-in tells of it, its state in WeChat Pay's word. */
function viewOf(contract: Contract): ToldContract {
  const { id: presign_id, mchid, path, body } = contract.presign;
  const { openid, out_contract_code } = body;
  const which = { contract_id: contract.id, state: wordOf(contract), presign_id, mchid, path };
  return { ...which, openid, out_contract_code, actions: actionsOf(contract) };
}
