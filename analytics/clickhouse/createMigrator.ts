import type { ClickHouseClient } from '@clickhouse/client';
import type { NatsPart } from '#platform/events/nats.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { migrations } from '../migrations/index.ts';
import { createTurn } from '../sink/claim.ts';
import type { Layout } from './ddl.ts';
import { migrate } from './migrate.ts';
import { endSystemLogs } from './systemLogs.ts';

/** How often a process that waits for another one looks whether it is done. */
const LOOK_EVERY_MS = 250;

export class MigrationError extends Error {
  readonly code = 'TURN_LOST';

  constructor() {
    super(
      'another process may migrate ClickHouse by now, as NATS was away or this process stood still: start it again',
    );
    this.name = 'MigrationError';
  }
}

/**
 * Brings ClickHouse up to date, one process after the other: a migration that makes tables anew, and counts what was before, would throw
 * away for one process what another has counted, or count it for both. ClickHouse itself has no locks for that.
 *
 * @param options.leaseMs How long after the death of a process that was at it another one begins.
 */
export function createMigrator(options: {
  readonly nats: NatsPart;
  readonly clickhouse: ClickHouseClient;
  readonly layout: Layout;
  readonly leaseMs: number;
  readonly logger: Logger;
}): Part {
  const { clickhouse, layout, logger } = options;
  const turn = createTurn({ ...options, ttlMs: options.leaseMs, name: 'migrations' });

  function mayRun(): void {
    if (!turn.isHeld) throw new MigrationError();
  }

  return {
    name: 'ClickHouse migrations',
    async start() {
      while (!(await turn.tryAcquire())) await pause(LOOK_EVERY_MS);
      try {
        await migrate(clickhouse, migrations, { logger, layout, mayRun });
        await endSystemLogs(clickhouse, { logger, layout });
      } finally {
        await turn.release().catch((error: unknown) => logger.debug({ err: error }, 'the turn was left to run out'));
      }
    },
    stop: async () => undefined,
  };
}
