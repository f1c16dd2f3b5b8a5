import type { Language } from './anatomy.ts';
import { wordOf } from './contract-route.ts';
import type { Contracts } from './contracts.ts';
import { ControlRefusal } from './control-refusal.ts';
import type { RefusalCode, RefusalParameters } from './refusal-codes.ts';
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
  function outlook(presign: Presign): { kind: ContractKind } | { refusal: ControlRefusal } {
    const refuse = <Code extends RefusalCode>(code: Code, params: RefusalParameters[Code]) => ({
      refusal: new ControlRefusal(409, code, params),
    });
    const kind = endpoints.get(presign.path)?.contract;
    if (!kind) return refuse('presign.no_contract', { path: presign.path });
    const signed = contracts.madeOf(presign);
    if (signed) return refuse('presign.signed', { id: signed.id });
    if (givenUp.has(presign)) return refuse('presign.given_up', {});
    const { signableFor = Number.POSITIVE_INFINITY } = kind;
    if (clock() - presign.madeAt < signableFor) return { kind };
    return refuse('presign.expired', { hours: signableFor / HOUR });
  }

  function requireSignable(id: string): { presign: Presign; kind: ContractKind } {
    const presign = presigns.find((one) => one.id === id);
    if (!presign) throw new ControlRefusal(404, 'presign.unknown', { id });
    const found = outlook(presign);
    if ('refusal' in found) throw found.refusal;
    return { presign, kind: found.kind };
  }

  function change(id: string, action: UserAction) {
    const contract = contracts.find(id);
    if (!contract) throw new ControlRefusal(404, 'contract.unknown', { id });
    if (!actionsOf(contract).includes(action))
      throw new ControlRefusal(409, hint(contract), { state: wordOf(contract) });
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
    /** Why one cannot be signed is told in `language`. */
    presigns: (language: Language = 'en'): ToldPresign[] =>
      presigns.map((presign) => {
        const { id, mchid, path } = presign;
        const found = outlook(presign);
        const reason = 'refusal' in found ? found.refusal.tell(language) : undefined;
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

/** What its state lets the user do with it. */
function hint(contract: Contract) {
  if (contract.state === 'ended') return 'contract.ended';
  if (contract.state === 'paused') return 'contract.paused';
  return canPause(contract) ? 'contract.can_pause' : 'contract.cannot_pause';
}

/** A contract as the stand-in tells of it, its state in WeChat Pay's word. */
function viewOf(contract: Contract): ToldContract {
  const { id: presign_id, mchid, path, body } = contract.presign;
  const { openid, out_contract_code } = body;
  const which = { contract_id: contract.id, state: wordOf(contract), presign_id, mchid, path };
  return { ...which, openid, out_contract_code, actions: actionsOf(contract) };
}
