import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type ClickHouseClient, type ClickHouseClientConfigOptions } from '@clickhouse/client';
import type { Part } from '#platform/lifecycle/part.ts';
import { createChdbConnections } from './chdbConnections.ts';
import { emptyInput } from './emptyInput.ts';

/** ClickHouse's client, with the life of what answers it. */
export interface ClickHouse extends Part {
  /** Throws before `start`. */
  client(): ClickHouseClient;
}

/** ClickHouse's engine in this process, its data kept below `dataDir`, which no second process can open meanwhile. */
export function createClickHouse(dataDir: string): ClickHouse {
  let client: ClickHouseClient | undefined;
  return {
    name: 'ClickHouse',
    client: () => {
      if (client === undefined) throw new Error('ClickHouse has no client before it was started');
      return client;
    },
    start: async () => {
      emptyInput();
      const path = join(dataDir, 'clickhouse');
      await mkdir(path, { recursive: true });
      // The same interface, but each of the two packages brings its own copy of the declarations.
      const connection: unknown = createChdbConnections(path);
      client = createClient({ connection } as ClickHouseClientConfigOptions);
      await client.command({ query: 'SELECT 1' });
    },
    stop: async () => {
      await client?.close();
      client = undefined;
    },
  };
}
