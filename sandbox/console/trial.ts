import { computed, nextTick, type Ref, ref, shallowRef, watch } from 'vue';
import type { ProductAnswer } from '../product/product.ts';
import type { ToldProduct, ToldTrace } from '../product/told.ts';
import type { SignedCall, ToldEndpoint } from '../told.ts';
import { ask } from './api.ts';
import { bodyOf, checkFields, type Issues, PLACES, targetOf, type Values } from './form.ts';
import { type Answered, curlOf, refusedFields, sendCall } from './sending.ts';
import { store } from './store.ts';

export type Way = 'straight' | 'product' | 'event';

/** Where the product does the same on the same path, it can be asked, too. */
export function waysOf({ method, path }: ToldEndpoint, product: ToldProduct | undefined): Way[] {
  const found = product?.endpoints.find((one) => one.method === method && one.path === path);
  return found ? ['straight', 'product', ...(found.byEvent ? ['event' as const] : [])] : ['straight'];
}

type Entered = {
  readonly endpoint: ToldEndpoint;
  readonly values: Values;
  readonly way: Way;
  /** Who signs what is sent straight. */
  readonly mchid: string | undefined;
};

/** What breaks a rule of WeChat Pay's. */
const issuesIn = ({ endpoint, values }: Entered): Issues =>
  Object.assign(
    {},
    ...(Object.entries(PLACES) as [keyof typeof PLACES, string][]).map(([place, at]) =>
      checkFields(endpoint[place] ?? [], at, values),
    ),
  );

function wantedOf({ endpoint, values }: Entered) {
  const body = endpoint.body && bodyOf(endpoint.body, PLACES.body, values);
  return { method: endpoint.method, target: targetOf(endpoint, values), ...(body ? { body } : {}) };
}

const sign = (entered: Entered): Promise<SignedCall> =>
  ask('POST', `merchants/${entered.mchid}/sign`, wantedOf(entered));

/** The page can reach nobody but the sandbox, which passes it on. */
async function askProduct(entered: Entered): Promise<Answered> {
  const answer = await ask<ProductAnswer>('POST', 'product/requests', wantedOf(entered));
  return { status: answer.status, requestId: answer.headers['request-id'] ?? '', text: answer.body };
}

function eventOf(entered: Entered): { readonly name: string; readonly body: object } {
  const { endpoints = [] } = store.world.product ?? {};
  const { path } = entered.endpoint;
  return { name: endpoints.find((one) => one.path === path)?.name ?? '', body: wantedOf(entered).body ?? {} };
}

/** The same as a command, for each way. */
async function commandOf(entered: Entered): Promise<string> {
  const { way, endpoint } = entered;
  if (way === 'straight') return curlOf(await sign(entered), location.origin);
  if (way === 'event') {
    const call = { method: 'POST', target: '/__sandbox/product/events', headers: {} };
    return curlOf({ ...call, body: JSON.stringify(eventOf(entered)) }, location.origin);
  }
  const { target, body } = wantedOf(entered);
  const headers = body ? { 'Content-Type': 'application/json' } : {};
  const call = { method: endpoint.method, target, headers, body: body ? JSON.stringify(body) : '' };
  return curlOf(call, store.world.product?.url ?? '');
}

/** What a form is sent for, one after the other: what is wrong with it, on its way, answered. */
export function createTrial() {
  const issues = ref<Issues>({});
  const told = ref<Values>({});
  const sending = ref(false);
  const curl = ref('');
  /** The id of an event whose outcome has not come yet. */
  const asked = ref('');
  /** `null`: none came. */
  const answer = shallowRef<Answered | null>();

  function forget(): void {
    issues.value = {};
    told.value = {};
    curl.value = '';
    asked.value = '';
    answer.value = undefined;
  }
  function show(answered: Answered | null): void {
    answer.value = answered;
    told.value = refusedFields(answered?.text ?? '');
  }
  /** @returns whether it can be sent as it is */
  async function check(entered: Entered, unchecked: boolean): Promise<boolean> {
    forget();
    const found = unchecked ? {} : issuesIn(entered);
    issues.value = found;
    await nextTick();
    document.querySelector<HTMLElement>('main [aria-invalid="true"]')?.focus();
    return Object.keys(found).length === 0;
  }
  async function deliver(entered: Entered): Promise<void> {
    if (entered.way === 'event')
      asked.value = (await ask<{ id: string }>('POST', 'product/events', eventOf(entered))).id;
    else if (entered.way === 'product') show(await askProduct(entered));
    else show((await sendCall(await sign(entered))) ?? null);
  }
  async function send(entered: Entered, unchecked: boolean): Promise<void> {
    sending.value = true;
    if (await check(entered, unchecked)) await store.attempt(() => deliver(entered));
    sending.value = false;
  }
  async function showCurl(entered: Entered, unchecked: boolean): Promise<void> {
    if (!(await check(entered, unchecked))) return;
    curl.value = (await store.attempt(() => commandOf(entered))) ?? '';
  }
  watchOutcome(asked, show);
  return { issues, told, sending, curl, asked, answer, forget, send, showCurl };
}

/** Shows the outcome of the event that was asked for, once the product has told it. */
function watchOutcome(asked: Ref<string>, show: (answered: Answered) => void): void {
  const request = computed(() =>
    store.world['product/requests'].find(({ id, status }) => id === asked.value && status !== undefined),
  );
  watch(request, async (found) => {
    if (!found || asked.value === '') return;
    const trace = await store.look(() => ask<ToldTrace>('GET', `product/requests/${found.n}`));
    if (found.id !== asked.value) return;
    asked.value = '';
    show({
      status: found.status ?? 0,
      requestId: found.request_id ?? '',
      text: trace?.answer?.body ?? '',
      n: found.n,
    });
  });
}
