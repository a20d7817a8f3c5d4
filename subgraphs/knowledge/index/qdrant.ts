import { QdrantClient } from '@qdrant/js-client-rest';
import { ensureCollection } from './collection.ts';
import { IndexError } from './errors.ts';

const TIMEOUT_MS = 10_000;

export interface QdrantAddress {
  readonly url: string;
  readonly apiKey?: string | undefined;
}

/** Qdrant with collections that are made when they are first needed, also after the server has lost them. */
export interface Qdrant {
  readonly client: QdrantClient;
  /**
   * Runs against a collection that is there.
   *
   * @throws IndexError whatever Qdrant fails with, but for a request that is wrong in itself.
   */
  on<T>(collection: string, dimensions: number, work: () => Promise<T>): Promise<T>;
  /** Runs against what may be there or not, and throws as `on` does. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createQdrant(address: QdrantAddress): Qdrant {
  const client = createClient(address);
  const ready = new Map<string, Promise<void>>();

  async function run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw IndexError.unavailable(error);
    }
  }

  return {
    client,
    run,
    async on(collection, dimensions, work) {
      try {
        const made = ready.get(collection) ?? ensureCollection(client, collection, dimensions);
        ready.set(collection, made);
        await made.catch((error: unknown) => {
          // Also a refusal is asked again: a server's settings can be mended while this process runs.
          ready.delete(collection);
          throw error;
        });
        return await work();
      } catch (error) {
        if (isRefusal(error)) throw error;
        // Also when the collection has vanished with its server: the next try makes it again.
        ready.delete(collection);
        throw IndexError.unavailable(error);
      }
    },
  };
}

/** What no repetition mends: a fault of ours. A missing collection, a wrong key or a timeout is somebody's to mend meanwhile. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return status === 400 || status === 413 || status === 422;
}

function createClient({ url: address, apiKey }: QdrantAddress): QdrantClient {
  const url = new URL(address);
  const prefix = url.pathname.replace(/\/+$/, '');
  return new QdrantClient({
    url: url.origin,
    // The client's own default is 6333 also where the address says nothing, as behind a proxy.
    port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    ...(prefix !== '' && { prefix }),
    // As a header and not as `apiKey`: the client would complain on the console about plain HTTP inside a cluster.
    ...(apiKey !== undefined && { headers: { 'api-key': apiKey } }),
    timeout: TIMEOUT_MS,
    checkCompatibility: false,
  });
}
