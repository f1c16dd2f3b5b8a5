import * as z from 'zod/mini';
import { isSensitive } from '../schema.ts';

export type Json = Record<string, unknown>;

/** A reference to what an OpenAPI document has under `components`. */
export const ref = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

const SENSITIVE =
  'Personal data: sent to WeChat Pay encrypted, never logged. Plaintext of at most 214 bytes of UTF-8.';

/** JSON Schema 2020-12 of a request or response, without `$schema`; sensitive fields say so. */
export const schemaOf = (schema: z.core.$ZodType): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    override: ({ zodSchema, jsonSchema }) => {
      if (!isSensitive(zodSchema)) return;
      jsonSchema['x-sensitive'] = true;
      jsonSchema.description = `${jsonSchema.description} ${SENSITIVE}`;
    },
  });
  return json;
};

/**
 * JSON Schema of an error in WeChat Pay's shape.
 * @param field what `detail.field` points at, and `location` which places there are, both in words.
 * @param more members besides, all required.
 */
export const errorSchema = (
  { field, location }: { field: string; location: string },
  more: Json = {},
): Json => {
  const detail: Json = {
    type: 'object',
    properties: {
      field: { type: 'string', description: field },
      issue: { type: 'string', description: 'The rule that was broken; never a submitted value.' },
      location: { type: 'string', description: location },
    },
  };
  return {
    type: 'object',
    required: ['code', 'message', ...Object.keys(more)],
    properties: {
      code: {
        type: 'string',
        description: 'Ours (see docs/errors.md) or, on a 4xx, whatever WeChat Pay answered.',
      },
      message: { type: 'string', description: 'For people; do not branch on it.' },
      detail: { anyOf: [detail, { type: 'array', items: detail }] },
      ...more,
    },
  };
};
