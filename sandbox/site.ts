import { createChannel } from './channel.ts';
import { createContracts } from './contracts.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Site } from './exchange.ts';
import { createFaults } from './faults.ts';
import { createMerchants } from './merchants.ts';
import { createNotifier, type NotifierOptions } from './notifier.ts';
import type { Ca, IssuedPair } from './pki.ts';
import { createPlatform } from './platform.ts';
import { createPresigns } from './presigns.ts';
import type { Strictness } from './strictness.ts';

export type SiteOptions = NotifierOptions & {
  readonly clock: () => number;
  readonly strictness: Strictness;
  readonly echo: boolean;
  readonly magic: boolean;
  readonly platformCertificate?: IssuedPair | undefined;
};

/** Everything behind both hosts. */
export async function createSite(
  ca: Ca,
  { clock, strictness, echo, magic, platformCertificate: first, ...options }: SiteOptions,
  closing: AbortSignal,
): Promise<Site> {
  const merchants = createMerchants();
  const platform = await createPlatform({ ca, clock, strictness, first });
  const notifier = createNotifier({ clock, closing, merchants, platform }, options);
  const contracts = createContracts(clock, (contract) => {
    const notice = contract.kind.notice?.(contract);
    if (notice) notifier.notify(contract.presign.mchid, notice);
  });
  let count = 0;
  return {
    clock,
    strictness,
    echo,
    magic,
    keep: options.keep,
    nextNumber: () => ++count,
    closing,
    merchants,
    platform,
    notifier,
    contracts,
    presigns: createPresigns(clock, strictness.refusesReentry, options.keep),
    endpoints: new Map(ENDPOINTS.map((row) => [row.path, row])),
    calls: [],
    listeners: [],
    faults: createFaults(),
    channel: createChannel(),
  };
}
