import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Transaction } from '../facts.ts';

type Activity = EventOf<SwitchboardCatalogue, 'channel.thread.activity'>;
type Happened = Pick<Activity, 'companyId' | 'data'>;

/**
 * What happened in a thread and is no message, as far as it changes who can be written to and where. Of people who have
 * never written there is nothing to change.
 *
 * @returns `occupied` when a person moved to an id that somebody here has already: then both stay as they are.
 */
export async function recordActivity(
  database: Database<SwitchboardCatalogue>,
  happened: Happened,
): Promise<'done' | 'occupied'> {
  const { kind, detail } = happened.data;
  switch (kind) {
    case 'BLOCKED':
    case 'UNBLOCKED':
      await database.write(happened.companyId, (transaction) => block(transaction, happened, kind === 'BLOCKED'));
      return 'done';
    case 'MOVED': {
      const { to, phone = null } = detail;
      if (to === undefined) return 'done';
      return database.write(happened.companyId, (transaction) => move(transaction, happened, { to, phone }));
    }
    case 'REFERRED':
    case 'OPTED_IN':
    case 'ACCOUNT_LINKED':
    case 'ACCOUNT_UNLINKED':
    case 'CONTROL_CHANGED':
    case 'JOINED':
    case 'LEFT':
    case 'POLICY':
      return 'done';
  }
}

/** The later one holds, and a message that the person wrote after it. */
async function block({ sql }: Transaction, { companyId, data }: Happened, blocked: boolean): Promise<void> {
  const { channelId, contact, occurredAt } = data;
  await sql`
    update conversations.contact_identities set
      blocked_at = case when ${blocked}::boolean then ${occurredAt}::timestamptz end,
      block_changed_at = ${occurredAt}
    where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${contact.externalId}
      and coalesce(greatest(block_changed_at, last_inbound_at) <= ${occurredAt}, true)`;
}

/** Another id of the same person, such as that of a group which became a supergroup: its conversation goes on there. */
async function move(
  { sql }: Transaction,
  { companyId, data }: Happened,
  { to, phone }: { readonly to: string; readonly phone: string | null },
): Promise<'done' | 'occupied'> {
  const { channelId, contact } = data;
  const [before] = await sql<{ occupied: boolean }>`
    with before as (
      select id, exists (
        select from conversations.contact_identities
        where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${to}
      ) as occupied
      from conversations.contact_identities
      where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${contact.externalId}
    ), moved as (
      update conversations.contact_identities i set
        external_id = ${to}, thread_external_id = ${to}, phone = coalesce(${phone}, i.phone)
      from before where i.company_id = ${companyId} and i.id = before.id and not before.occupied
    )
    select occupied from before`;
  return before?.occupied ? 'occupied' : 'done';
}
