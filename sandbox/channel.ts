import type { SandboxEvents } from './anatomy.ts';
import type { Call } from './types.ts';

/** What happens here, while it does. `call`: one is over, answered or not. `product`: something was seen of the product. */
export type Happening =
  | { readonly name: 'call'; readonly call: Readonly<Call> }
  | { readonly name: 'change'; readonly data: SandboxEvents['change'] }
  | { readonly name: 'product'; readonly data: SandboxEvents['product'] };

type Listener = (happening: Happening) => void;

export type Channel = ReturnType<typeof createChannel>;

export function createChannel() {
  const listeners = new Set<Listener>();
  return {
    publish(happening: Happening): void {
      for (const listener of listeners) listener(happening);
    },
    /** @returns what ends it */
    subscribe(listener: Listener): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
