import { AsyncLocalStorage } from 'node:async_hooks';
import { isIP } from 'node:net';

/** In it the router tells subgraphs where a request came from. */
export const CLIENT_ADDRESS_HEADER = 'x-client-address';

/** Where what happens now came from, for the audit log. */
export interface RequestOrigin {
  readonly requestId: string;
  /** Null when it is not known. */
  readonly clientAddress: string | null;
}

const current = new AsyncLocalStorage<RequestOrigin>();

/** Undefined outside a request: what workers do on their own. */
export function requestOrigin(): RequestOrigin | undefined {
  return current.getStore();
}

/** Everything that `work` does, and what it starts, has this origin. */
export function withOrigin<T>(
  { requestId, address }: { readonly requestId: string; readonly address: unknown },
  work: () => Promise<T>,
): Promise<T> {
  const clientAddress = typeof address === 'string' && isIP(address) !== 0 ? address : null;
  return current.run({ requestId, clientAddress }, work);
}
