import { createClient, type ClickHouseClient } from '@clickhouse/client';
import type { Check } from '#platform/lifecycle/part.ts';

/** Longer than any statement may run, so that it is the server that ends a statement and says so. */
const REQUEST_LIMIT_MS = 65_000;
/** Below the 3 seconds after which older servers close an idle connection, which a request on its way would run into. */
const IDLE_LIMIT_MS = 2_500;

/** @param url `http://user:password@host:8123` */
export function connectClickHouse(url: string): ClickHouseClient {
  return createClient({
    url,
    request_timeout: REQUEST_LIMIT_MS,
    max_open_connections: 10,
    keep_alive: { idle_socket_ttl: IDLE_LIMIT_MS },
    // Long lists of ids do not fit into an address.
    use_multipart_params_auto: true,
  });
}

/** ClickHouse answers a query. */
export function clickHouseCheck(client: ClickHouseClient): Check {
  return async () => {
    const answer = await client.ping({ select: true });
    if (!answer.success) throw answer.error;
  };
}
