import { ref, shallowReactive, shallowRef } from 'vue';
import type { CallSummary } from '../anatomy.ts';
import type { ToldProduct, ToldProductRequest } from '../product/told.ts';
import type {
  ToldCertificate,
  ToldClock,
  ToldContract,
  ToldEndpoint,
  ToldFault,
  ToldMerchant,
  ToldNotification,
  ToldPresign,
} from '../told.ts';
import { ask } from './api.ts';

/** As many as the sandbox keeps, unless told otherwise. */
const MOST_CALLS = 1_000;
/** However busy the sandbox is, the lists are read again no more often than this, in milliseconds. */
const PAUSE = 500;

type World = {
  merchants: readonly ToldMerchant[];
  'platform/certificates': readonly ToldCertificate[];
  faults: readonly ToldFault[];
  presigns: readonly ToldPresign[];
  contracts: readonly ToldContract[];
  notifications: readonly ToldNotification[];
  endpoints: readonly ToldEndpoint[];
  clock: ToldClock | undefined;
  /** Where none runs beside, none. */
  product: ToldProduct | undefined;
  'product/requests': readonly ToldProductRequest[];
};
type Resource = keyof World;
/** The endpoints are always the same. */
const CHANGING: readonly Resource[] = [
  'merchants',
  'platform/certificates',
  'faults',
  'presigns',
  'contracts',
  'notifications',
  'clock',
];
const OF_PRODUCT: readonly Resource[] = ['product', 'product/requests'];

/** What the sandbox holds, kept up to date: read when it is connected to, and again whenever it says that something happened. */
function createStore() {
  /** Newest first. */
  const calls = shallowRef<readonly CallSummary[]>([]);
  const world = shallowReactive<World>({
    merchants: [],
    'platform/certificates': [],
    faults: [],
    presigns: [],
    contracts: [],
    notifications: [],
    endpoints: [],
    clock: undefined,
    product: undefined,
    'product/requests': [],
  });
  const isLive = ref(false);
  /** What could not be done, in the sandbox's words. */
  const problem = ref('');

  /** Does what somebody wants; says so when it could not be done, until they want something else. */
  function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    problem.value = '';
    return look(work);
  }
  /** Reads what nobody asked for: says so when it could not be read, and takes away nothing that was said. */
  async function look<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      problem.value = error instanceof Error ? error.message : `${error}`;
      return undefined;
    }
  }

  // A burst of calls is one change of the list; what comes while the list is read is put on top of it.
  let arrived: CallSummary[] = [];
  let isReading = false;
  async function loadCalls(): Promise<void> {
    arrived = [];
    isReading = true;
    try {
      calls.value = await ask<CallSummary[]>('GET', 'calls');
    } finally {
      isReading = false;
      showArrived();
    }
  }
  function take(call: CallSummary): void {
    if (arrived.length === 0) requestAnimationFrame(showArrived);
    // Nothing is shown, and no frame comes, while the page is hidden.
    arrived = [call, ...arrived].slice(0, MOST_CALLS);
    if (call.processed) loadWorld();
  }
  function showArrived(): void {
    if (isReading || arrived.length === 0) return;
    const numbers = new Set(arrived.map(({ n }) => n));
    calls.value = [...arrived, ...calls.value.filter(({ n }) => !numbers.has(n))].slice(0, MOST_CALLS);
    arrived = [];
  }

  async function load<Name extends Resource>(name: Name): Promise<void> {
    world[name] = await ask<World[Name]>('GET', name);
  }
  const loadWorld = paced(() => Promise.all(CHANGING.map(load)), PAUSE);
  const loadProduct = paced(() => Promise.all(OF_PRODUCT.map(load)), PAUSE);

  function connect(): void {
    const events = new EventSource('/__sandbox/events');
    // Each time it is open again: what happened meanwhile was missed.
    events.addEventListener('open', () => {
      isLive.value = true;
      loadWorld();
      loadProduct();
      void look(() => Promise.all([loadCalls(), load('endpoints')]));
    });
    events.addEventListener('error', () => {
      isLive.value = false;
    });
    events.addEventListener('call', ({ data }: MessageEvent<string>) => take(JSON.parse(data)));
    events.addEventListener('product', loadProduct);
    events.addEventListener('change', ({ data }: MessageEvent<string>) => {
      loadWorld();
      if (JSON.parse(data).path === '/__sandbox/reset') void look(loadCalls);
    });
  }
  return { calls, world, isLive, problem, attempt, look, connect, loadWorld };
}

/** Runs `work` at once, but never twice at a time, and then with a pause; asked for meanwhile, once more afterwards. */
function paced(work: () => Promise<unknown>, pause: number): () => void {
  let state: 'idle' | 'busy' | 'asked' = 'idle';
  return function run(): void {
    if (state !== 'idle') {
      state = 'asked';
      return;
    }
    state = 'busy';
    // Who cannot be reached now says so by the events; the lists are read again once it is back.
    void work()
      .catch(() => undefined)
      .then(() => new Promise((resolve) => setTimeout(resolve, pause)))
      .then(() => {
        const again = state === 'asked';
        state = 'idle';
        if (again) run();
      });
  };
}

export const store = createStore();
