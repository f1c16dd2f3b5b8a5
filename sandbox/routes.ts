import { callRoutes } from './call-routes.ts';
import type { Clock } from './clock.ts';
import { merchantRoutes, type Routes, userRoutes } from './control-routes.ts';
import type { Site } from './exchange.ts';
import { faultRoutes } from './fault-routes.ts';
import { createMerchantPlatform } from './merchant-platform.ts';
import { notificationRoutes } from './notification-routes.ts';
import document from './openapi.json' with { type: 'json' };
import type { Ca } from './pki.ts';
import type { Product } from './product/product.ts';
import { productRoutes } from './product/routes.ts';
import { signRoutes } from './sign-routes.ts';
import { stateRoutes } from './state-routes.ts';
import type { User } from './user.ts';

type Around = {
  readonly ca: Ca;
  readonly site: Site;
  readonly user: User;
  readonly time: Clock;
  readonly product?: Product | undefined;
};

/** Everything below /__sandbox/. */
export function routesOf({ ca, site, user, time, product }: Around): Routes {
  const merchantPlatform = createMerchantPlatform(ca, site.merchants, time.now);
  return {
    'GET openapi.json': () => document,
    ...callRoutes(site.calls, site.channel, product),
    ...productRoutes(product, site.calls),
    ...merchantRoutes(merchantPlatform),
    ...notificationRoutes(merchantPlatform, site.notifier),
    ...userRoutes(user),
    ...faultRoutes(site.faults),
    ...signRoutes(site),
    ...stateRoutes(time, site.platform, () => reset(site, time, product)),
  };
}

/** Merchants and keys stay. */
function reset(
  { calls, faults, presigns, contracts, notifier }: Site,
  time: Clock,
  product: Product | undefined,
): void {
  calls.splice(0);
  for (const one of [faults, presigns, contracts, notifier]) one.clear();
  product?.clear();
  time.setOffset(0);
}
