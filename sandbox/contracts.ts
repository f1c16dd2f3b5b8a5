import type { Contract, ContractKind, ContractState, Presign } from './types.ts';

export type Contracts = ReturnType<typeof createContracts>;

/** What users have signed. Whether something may be done is for others to say; `tell` hears of what was. */
export function createContracts(clock: () => number, tell: (contract: Contract) => void) {
  const byPresign = new Map<Presign, Contract>();
  const byId = new Map<string, Contract>();
  return {
    sign(presign: Presign, kind: ContractKind): Contract {
      const now = clock();
      const id = kind.newId();
      const contract: Contract = { id, kind, presign, signedAt: now, state: 'signed', changedAt: now };
      byPresign.set(presign, contract);
      byId.set(id, contract);
      tell(contract);
      return contract;
    },
    change(contract: Contract, state: ContractState): void {
      contract.state = state;
      contract.changedAt = clock();
      tell(contract);
    },
    clear(): void {
      byPresign.clear();
      byId.clear();
    },
    find: (id: string) => byId.get(id),
    madeOf: (presign: Presign) => byPresign.get(presign),
    /** Oldest first. */
    all: () => [...byId.values()],
    /** A merchant's of one product, newest first. */
    of: (mchid: string, kind: ContractKind): readonly Contract[] =>
      [...byId.values()]
        .filter((contract) => contract.kind === kind && contract.presign.mchid === mchid)
        .reverse(),
  };
}
