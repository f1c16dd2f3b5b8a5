import type { Endpoint } from '../endpoint.ts';
import { exampleOf } from './endpoints.ts';
import { type Json, schemaOf } from './json-schema.ts';

type Launching = { launch?: Endpoint['launch'] | undefined };

/** The member of ours beside WeChat Pay's answer: its JSON Schema by its name, or nothing. */
export const launchSchema = ({ launch }: Launching): Json =>
  launch === undefined
    ? {}
    : {
        launch: {
          ...schemaOf(launch.schema),
          description: "What the merchant's mini-program or app needs next, as it is: docs/contracts.md.",
        },
      };

/** Its example by its name, or nothing. */
export const launchExample = ({ launch }: Launching): Json =>
  launch === undefined ? {} : { launch: exampleOf(launch.schema) };
