import { ControlRefusal } from '../control-refusal.ts';
import type { Routes } from '../control-routes.ts';
import { isObject, parseJson } from '../json.ts';
import type { Call } from '../types.ts';
import type { Product, ProductCall, ProductReach } from './product.ts';
import type { ToldProduct } from './told.ts';
import { summarise, traceOf } from './trace.ts';

/** What the product beside was asked for, and made of it; and asking it, for a page that can reach this port alone. */
export const productRoutes = (product: Product | undefined, calls: readonly Call[]): Routes => ({
  // Nothing where there is none: to look is no mistake.
  'GET product': () => tellProduct(product?.reach()),
  // Newest first.
  'GET product/requests': () => (product?.requests() ?? []).map(summarise).reverse(),
  'GET product/requests/{id}': ({ id }) => {
    const request = product?.requests().find(({ n }) => `${n}` === id);
    if (product && request) return traceOf(request, product, calls);
    throw new ControlRefusal(404, 'product.request_unknown', {});
  },
  'POST product/requests': ({ body }) => reachOf(product).call(callIn(parseJson(body))),
  'POST product/events': async ({ body }) => {
    const { endpoints, publish } = reachOf(product);
    const { name, body: asked, ...rest } = objectIn(parseJson(body));
    const endpoint = endpoints.find((one) => one.name === name && one.byEvent);
    if (!endpoint || !isObject(asked) || Object.keys(rest).length > 0) throw wrongShape();
    return { id: await publish(endpoint.name, asked) };
  },
});

const tellProduct = (reach: ProductReach | undefined): ToldProduct | undefined =>
  reach && { url: reach.url, endpoints: reach.endpoints };

function reachOf(product: Product | undefined): ProductReach {
  const reach = product?.reach();
  if (reach) return reach;
  throw new ControlRefusal(404, 'product.missing', {});
}

const wrongShape = () => new ControlRefusal(400, 'product.shape', {});

const objectIn = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});

/** A path, so that nothing but the product can be reached this way. */
function callIn(value: unknown): ProductCall {
  const { method, target, body, ...rest } = objectIn(value);
  const isGood =
    (method === 'GET' || method === 'POST') && typeof target === 'string' && /^\/[\x21-\x7e]*$/.test(target);
  if (!isGood || Object.keys(rest).length > 0 || (body !== undefined && !isObject(body))) throw wrongShape();
  return { method, target, body };
}
