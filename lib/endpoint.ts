import type * as z from 'zod/mini';
import type { Launch } from './launch.ts';
import type { Path } from './paths.ts';
import { fieldPaths, isOfOneKind, readTree, sensitivePaths, withCiphertext } from './schema-tree.ts';

type ObjectSchema = z.ZodMiniType<object>;

export type EndpointSpec<Request extends ObjectSchema, Response extends ObjectSchema> = {
  /** Name of the Lambda; with its first letter in upper case also of its events. */
  name: string;
  /** Path at WeChat Pay and at our API alike; the method is POST. */
  path: `/v3/${string}`;
  /** One line for the API's documentation. */
  summary: string;
  /** WeChat Pay's own page about it. */
  documentation: `https://${string}`;
  /** z.strictObject of the fields of schema.ts; the only description of the request there is. */
  request: Request;
  /** z.looseObject: WeChat Pay may add members at any time. */
  response: Response;
  /** How the user gets from the answer to WeChat Pay's signing page; without it that is not ours to say. */
  launch?: Launch<z.infer<Request>, z.infer<Response>>;
};

export type Endpoint<
  Request extends ObjectSchema = ObjectSchema,
  Response extends ObjectSchema = ObjectSchema,
> = EndpointSpec<Request, Response> & {
  /** The request of a caller that encrypts the sensitive fields itself. */
  encryptedRequest: Request;
  /** Where the request has its sensitive fields: what is encrypted on its way to WeChat Pay. */
  sensitive: readonly Path[];
  /** Where the answer has the fields that are documented: what is remembered of it. */
  documented: readonly Path[];
};

/** An endpoint's name as its schemas and events begin: `VehicleEtcPreopen`. */
export const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/**
 * What a pre-sign endpoint is: data. Validation, encryption, OpenAPI, events and contract tests come from it.
 * @throws TypeError when the request schema could hide a sensitive field from encryption, or take a member that nobody
 *   documented; when the response schema could refuse a member that WeChat Pay adds.
 */
export const defineEndpoint = <Request extends ObjectSchema, Response extends ObjectSchema>(
  spec: EndpointSpec<Request, Response>,
): Endpoint<Request, Response> => {
  const [request, response] = [readTree(spec.request), readTree(spec.response)];
  if (!isOfOneKind(request, true)) throw new TypeError(`a request is made of z.strictObject: ${spec.name}`);
  if (!isOfOneKind(response, false)) throw new TypeError(`a response is made of z.looseObject: ${spec.name}`);
  return {
    ...spec,
    encryptedRequest: withCiphertext(spec.request),
    sensitive: sensitivePaths(request),
    documented: fieldPaths(response),
  };
};
