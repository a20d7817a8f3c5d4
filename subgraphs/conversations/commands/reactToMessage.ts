import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { changeMessage } from './changeMessage.ts';

/** A person's reaction to a message, of which there is one: the newest by the platform's time. */
export async function reactToMessage(
  database: Database<SwitchboardCatalogue>,
  event: Pick<EventOf<SwitchboardCatalogue, 'channel.message.reacted'>, 'companyId' | 'data'>,
): Promise<void> {
  const { companyId, data } = event;
  await changeMessage(database, event, 'REACTED', async (message, { sql }) => {
    const changed = await sql`
      insert into conversations.message_reactions as r (company_id, message_id, by_external_id, emoji, reacted_at)
      values (${companyId}, ${message.id}, ${data.byExternalId}, ${data.emoji}, ${data.reactedAt})
      on conflict (company_id, message_id, by_external_id)
        do update set emoji = excluded.emoji, reacted_at = excluded.reacted_at
        where r.reacted_at <= excluded.reacted_at and r.emoji is distinct from excluded.emoji
      returning emoji`;
    return changed.length > 0;
  });
}
