import { lookup as resolveName, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { PublicFetchError } from './publicFetchError.ts';
import { isPublicAddress } from './publicAddress.ts';

/** As `dns.lookup` with `all`. */
export type Lookup = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Connects to addresses of the open internet only. Looked at is what the connection is made to, at that moment: a name that
 * resolves to something else a second later changes nothing.
 *
 * @param options.lookup @default the operating system's
 */
export function publicConnector(options: {
  readonly timeoutMs: number;
  readonly lookup?: Lookup | undefined;
}): buildConnector.connector {
  const { timeoutMs, lookup = resolveName } = options;
  const connect = buildConnector({ timeout: timeoutMs, lookup: publicLookup(lookup) });
  return (target, callback) => {
    // An address instead of a name is not looked up.
    if (isIP(target.hostname) !== 0 && !isPublicAddress(target.hostname)) {
      callback(PublicFetchError.forbiddenAddress(target.hostname), null);
      return;
    }
    connect(target, callback);
  };
}

/** A look-up that gives of a name's addresses those of the open internet, and fails when there is none. */
export function publicLookup(lookup: Lookup) {
  return (
    hostname: string,
    options: LookupOptions,
    callback: (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first, ...others] = addresses.filter(({ address }) => isPublicAddress(address));
      if (!first) return callback(PublicFetchError.forbiddenAddress(hostname), []);
      if (options.all) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    });
  };
}
