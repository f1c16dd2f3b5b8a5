import type * as z from 'zod/mini';
import { withCiphertext } from './schema.ts';

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
};

export type Endpoint<
  Request extends ObjectSchema = ObjectSchema,
  Response extends ObjectSchema = ObjectSchema,
> = EndpointSpec<Request, Response> & {
  /** The request of a caller that encrypts the sensitive fields itself. */
  encryptedRequest: Request;
};

/** An endpoint's name as its schemas and events begin: `VehicleEtcPreopen`. */
export const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/**
 * What a pre-sign endpoint is: data. Validation, encryption, OpenAPI, events and contract tests come from it.
 * @throws TypeError when the request schema could hide a sensitive field from encryption.
 */
export const defineEndpoint = <Request extends ObjectSchema, Response extends ObjectSchema>(
  spec: EndpointSpec<Request, Response>,
): Endpoint<Request, Response> => ({ ...spec, encryptedRequest: withCiphertext(spec.request) });
