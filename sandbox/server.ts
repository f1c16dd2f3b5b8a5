import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { createClock } from './clock.ts';
import { readConsole } from './console-files.ts';
import { createControl } from './control.ts';
import { type DoorOptions, openDoors } from './doors.ts';
import { exchange, type Site } from './exchange.ts';
import type { Fault } from './fault.ts';
import type { FaultOptions } from './faults.ts';
import type { NotifierOptions, Wait } from './notifier.ts';
import { type IssuedPair, sharedCa } from './pki.ts';
import type { Product } from './product/product.ts';
import { routesOf } from './routes.ts';
import type { Endpoint } from './rules.ts';
import { createSite } from './site.ts';
import { LENIENT, type Strictness } from './strictness.ts';
import type { Call } from './types.ts';
import { createUser } from './user.ts';

export type WechatPayOptions = Partial<NotifierOptions> &
  DoorOptions & {
    /** The platform certificate to start with. Default: a new one. */
    readonly platformCertificate?: IssuedPair;
    /** Default: lenient. */
    readonly strictness?: Partial<Strictness>;
    /** Milliseconds since the epoch. Default: `Date.now`. */
    readonly clock?: () => number;
    /** Whether a path below /v3/ that is not played is answered 200 once it has been judged, instead of 404. */
    readonly echo?: boolean;
    /** Whether a text in a body can ask for a fault: see magic.ts. Default: no. */
    readonly magic?: boolean;
    /** How many calls, pre-signs and notifications are remembered, of each. Default 1,000. */
    readonly keep?: number;
    /** The folder of the built console, which is then shown at `/`. Default: none is. */
    readonly consoleFolder?: string;
    /** What runs beside and calls the stand-in, so that its own steps can be shown. Default: nothing. */
    readonly product?: Product;
  };

export type WechatPaySandbox = Awaited<ReturnType<typeof startWechatPay>>;

/**
 * WeChat Pay on loopback: two hosts over the same state, with the checks of the real server and faults on
 * demand. A second implementation of the protocol on purpose: it shares no line with the one under test.
 */
export async function startWechatPay(options: WechatPayOptions = {}) {
  const { echo = false, magic = false, platformCertificate, product } = options;
  const time = createClock(options.clock ?? Date.now);
  const { hurry = 1, probes = 'third', wait = sleep, keep = 1_000 } = options;
  const strictness = { ...LENIENT, ...options.strictness };
  const ca = await sharedCa();
  const closing = new AbortController();
  // As many listen as wait.
  setMaxListeners(0, closing.signal);
  const settings = {
    clock: time.now,
    strictness,
    echo,
    magic,
    hurry,
    probes,
    wait,
    keep,
    platformCertificate,
  };
  const site = await createSite(ca, settings, closing.signal);
  const user = createUser({ ...site, presigns: site.presigns.done });
  const unsubscribe = product?.subscribe(() => site.channel.publish({ name: 'product', data: {} }));
  const routes = routesOf({ ca, site, user, time, product });
  const pages = await readConsole(options.consoleFolder);
  const { connections, closeDoors, ...doors } = await openDoors(options, {
    control: createControl(routes, pages, site.channel),
    exchange: (host, request, response) => void exchange(host, request, response, site),
  });
  return {
    ...doors,
    /** Method and path below /__sandbox/ of all that can be asked there. */
    controlRoutes: Object.keys(routes),
    /** The stand-in of the root that issues platform certificates; may issue merchants' too. */
    ca,
    ...merchantControls(site),
    /** Signs, gives up, pauses, resumes, ends; throws a sentence where nobody could. */
    user,
    platform: platformControls(site),
    ...recordings(site),
    ...faultControls(site),
    addEndpoint: (row: Endpoint) => void site.endpoints.set(row.path, row),
    get connections() {
      return connections();
    },
    /** Ends every connection, hanging ones included, and every notification under way. */
    async close(): Promise<void> {
      closing.abort();
      unsubscribe?.();
      await Promise.all([closeDoors(), site.notifier.settle()]);
    },
  };
}

const merchantControls = ({ merchants }: Site) => ({
  addMerchant: merchants.add,
  addMerchantCertificate: merchants.addCertificate,
  removeMerchantCertificate: merchants.removeCertificate,
  setApiV3Key: merchants.setApiV3Key,
  setNotifyUrl: merchants.setNotifyUrl,
  setMode: merchants.setMode,
  setNoCertificateAnswer: merchants.setNoCertificateAnswer,
});

const platformControls = ({ platform, merchants }: Site) => ({
  /** The unexpired ones, those not valid yet included. */
  get certificates() {
    return platform.certificates();
  },
  rotateCertificate: platform.rotate,
  retireCertificate: platform.retire,
  /** Throws for a merchant that was never in `public-key` or `both` mode: it has none. */
  publicKey(mchid: string) {
    const { publicKey } = merchants.get(mchid);
    if (!publicKey) throw new Error(`merchant ${mchid} has no WeChat Pay public key`);
    return { id: publicKey.id, pem: publicKey.pem };
  },
  /** The private half of a key the merchant may use now, so that another implementation can decrypt what came in. */
  privateKey(mchid: string, id: string) {
    const key = platform.usable(merchants.get(mchid), id);
    if (!key) throw new Error(`merchant ${mchid} cannot use ${id}`);
    return key.privateKey;
  },
});

const sleep: Wait = (ms, signal) => setTimeout(ms, undefined, { signal });

const recordings = ({ calls, listeners, presigns, notifier, channel }: Site) => ({
  calls: calls as readonly Readonly<Call>[],
  /** From now on, hears of every call as it comes in, before anything is done about it. */
  onCall: (listener: (call: Readonly<Call>) => void) => void listeners.push(listener),
  /** From now on, hears of every call once it is over. */
  onCallOver: (listener: (call: Readonly<Call>) => void) =>
    channel.subscribe((happening) => {
      if (happening.name === 'call') listener(happening.call);
    }),
  clearCalls: () => void calls.splice(0),
  presigns: presigns.done,
  notifications: notifier.notifications,
  /** Sends any notification, to a merchant that can be sent one; its record is kept up to date. */
  notify: notifier.notify,
});

const faultControls = ({ faults }: Site) => ({
  fault: (fault: Fault, options?: FaultOptions) => faults.add(fault, options),
  clearFaults: faults.clear,
  /** How many planned faults have not struck yet. */
  pendingFaults: faults.pending,
});
