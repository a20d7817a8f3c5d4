import { createClient, type ClickHouseClient, type ClickHouseSettings } from '@clickhouse/client';
import type { Check } from '#platform/lifecycle/part.ts';
import type { Cluster } from './ddl.ts';

/** Longer than any statement may run, so that it is the server that ends a statement and says so. */
const REQUEST_LIMIT_MS = 65_000;
/** Below the 3 seconds after which older servers close an idle connection, which a request on its way would run into. */
const IDLE_LIMIT_MS = 2_500;
/** Below the longest that a statement of the sink may run. */
const QUORUM_LIMIT_MS = 3_000;

/**
 * @param url `http://user:password@host:8123`
 * @param cluster What is written is then on every replica of its shard before it is answered, and read from any of them.
 */
export function connectClickHouse(url: string, cluster?: Cluster): ClickHouseClient {
  return createClient({
    url,
    request_timeout: REQUEST_LIMIT_MS,
    max_open_connections: 10,
    keep_alive: { idle_socket_ttl: IDLE_LIMIT_MS },
    // Long lists of ids do not fit into an address.
    use_multipart_params_auto: true,
    ...(cluster && { clickhouse_settings: clusterSettings(cluster) }),
  });
}

function clusterSettings({ replicas }: Cluster): ClickHouseSettings {
  return {
    // An insert is answered when its shard has it, and not when it is on its way there.
    distributed_foreground_insert: 1,
    insert_quorum: String(replicas),
    // Sinks that write side by side do not wait for each other.
    insert_quorum_parallel: 1,
    insert_quorum_timeout: QUORUM_LIMIT_MS,
    // A company's events and its figures are on one shard: each counts its own.
    parallel_distributed_insert_select: '2',
    distributed_product_mode: 'local',
  };
}

/** ClickHouse answers a query. */
export function clickHouseCheck(client: ClickHouseClient): Check {
  return async () => {
    const answer = await client.ping({ select: true });
    if (!answer.success) throw answer.error;
  };
}
