import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

type Changed = EventOf<SwitchboardCatalogue, 'channel.connection.changed'>;

/** Keeps what this context has to know of a channel; an older state never takes the place of a newer one. */
export async function recordChannel(
  database: Database<SwitchboardCatalogue>,
  { companyId, data, occurredAt }: Pick<Changed, 'companyId' | 'data' | 'occurredAt'>,
): Promise<void> {
  const { channelId, platform, name, status, humanAgent } = data;
  await database.write(
    companyId,
    ({ sql }) => sql`
      insert into conversations.channels as c (company_id, id, platform, name, status, human_agent, changed_at)
      values (${companyId}, ${channelId}, ${platform}, ${name}, ${status}, ${humanAgent}, ${occurredAt})
      on conflict (company_id, id) do update set
        name = excluded.name, status = excluded.status, human_agent = excluded.human_agent,
        changed_at = excluded.changed_at
      where c.changed_at <= excluded.changed_at`,
  );
}
