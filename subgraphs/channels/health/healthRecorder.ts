import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';

/** What has just been seen of a channel. `lastError: null` says that it works again. */
export interface HealthFacts {
  readonly lastEventAt?: Date;
  readonly lastDeliveryAt?: Date;
  readonly lastError?: string | null;
}

export interface HealthRecorder extends Part {
  /** Costs nothing: it is written down within the next second, together with what else is noted by then. */
  note(companyId: string, channelId: string, facts: HealthFacts): void;
}

const INTERVAL_MS = 1_000;

/**
 * Writes a channel's health at most once a second, however many messages it has: a row per message would have them all
 * wait for one another. A crash loses the last second of it, which the next message makes good.
 */
export function createHealthRecorder(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly logger: Logger;
}): HealthRecorder {
  const { database, logger } = options;
  /** By company, by channel: as many entries as there are channels, also while Postgres is away. */
  let noted = new Map<string, Map<string, HealthFacts>>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  function merge(companyId: string, channelId: string, older: HealthFacts, newer: HealthFacts): void {
    const channels = noted.get(companyId) ?? new Map<string, HealthFacts>();
    noted.set(companyId, channels.set(channelId, { ...older, ...newer }));
  }

  async function write(companyId: string, channels: ReadonlyMap<string, HealthFacts>): Promise<void> {
    const rows = [...channels].map(([id, facts]) => ({ id, ...facts }));
    const withError = rows.filter(({ lastError }) => lastError !== undefined).map(({ id }) => id);
    await database.write(
      companyId,
      ({ sql }) => sql`
        insert into channels.channel_health as health
          (company_id, channel_id, last_event_at, last_delivery_at, last_error)
        select ${companyId}::uuid, noted.id, noted."lastEventAt", noted."lastDeliveryAt", noted."lastError"
        from json_to_recordset(${JSON.stringify(rows)}::json) as noted
          (id uuid, "lastEventAt" timestamptz, "lastDeliveryAt" timestamptz, "lastError" text)
        join channels.channels c on c.company_id = ${companyId} and c.id = noted.id
        order by noted.id
        on conflict (company_id, channel_id) do update set
          last_event_at = greatest(health.last_event_at, excluded.last_event_at),
          last_delivery_at = greatest(health.last_delivery_at, excluded.last_delivery_at),
          last_error = case when excluded.channel_id = any(${withError}::uuid[])
            then excluded.last_error else health.last_error end`,
    );
  }

  async function flush(): Promise<void> {
    const batch = noted;
    noted = new Map();
    for (const [companyId, channels] of batch) {
      try {
        await write(companyId, channels);
      } catch (error) {
        logger.warn({ err: error, companyId }, 'the health of channels could not be written, will try again');
        for (const [id, facts] of channels) merge(companyId, id, facts, noted.get(companyId)?.get(id) ?? {});
      }
    }
  }

  return {
    name: 'channel health',
    note(companyId, channelId, facts) {
      merge(companyId, channelId, noted.get(companyId)?.get(channelId) ?? {}, facts);
    },
    async start() {
      timer = setInterval(() => {
        // With Postgres away a flush can take longer than the interval: one at a time.
        if (noted.size > 0) writing ??= flush().finally(() => (writing = undefined));
      }, INTERVAL_MS);
    },
    async stop() {
      clearInterval(timer);
      await writing;
      await flush();
    },
  };
}
