import { createContracts } from './contracts.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Site } from './exchange.ts';
import { createFaults } from './faults.ts';
import { createMerchants } from './merchants.ts';
import { createNotifier, type NotifierOptions } from './notifier.ts';
import type { Ca } from './pki.ts';
import { createPlatform } from './platform.ts';
import { createPresigns } from './presigns.ts';

export type SiteOptions = NotifierOptions & {
  readonly clock: () => number;
  readonly refusesReentry: boolean;
};

/** Everything behind both hosts. */
export async function createSite(
  ca: Ca,
  { clock, refusesReentry, ...options }: SiteOptions,
  closing: AbortSignal,
): Promise<Site> {
  const merchants = createMerchants();
  const platform = await createPlatform(ca, clock);
  const notifier = createNotifier({ clock, closing, merchants, platform }, options);
  const contracts = createContracts(clock, (contract) => {
    const notice = contract.kind.notice?.(contract);
    if (notice) notifier.notify(contract.presign.mchid, notice);
  });
  return {
    clock,
    closing,
    merchants,
    platform,
    notifier,
    contracts,
    presigns: createPresigns(clock, refusesReentry),
    endpoints: new Map(ENDPOINTS.map((row) => [row.path, row])),
    calls: [],
    listeners: [],
    faults: createFaults(),
  };
}
