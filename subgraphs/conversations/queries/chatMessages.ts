import type { PageRequest } from '#platform/graphql/connection.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { fragment, type Sql } from '#platform/postgres/sql.ts';
import { messageColumns, type MessageRow } from '../rows.ts';
import { keyset } from './keyset.ts';

/**
 * A page of what a visitor and the company wrote to each other, and one row more, over all the visitor's conversations; oldest
 * first when read forward. They are few, so each is read from its own index and the results are put together.
 */
export async function chatMessagePage(
  sql: Sql,
  { companyId, channelId, visitorId }: VisitorIdentity,
  page: PageRequest,
): Promise<MessageRow[]> {
  const inside = keyset({ at: fragment`m.created_at`, id: fragment`m.id` }, page, 'ascending');
  const { order } = keyset({ at: fragment`m."createdAt"`, id: fragment`m.id` }, page, 'ascending');
  return sql<MessageRow>`
    select m.* from conversations.contact_identities i
    join conversations.conversations c
      on c.company_id = i.company_id and c.contact_id = i.contact_id and c.identity_id = i.id
    cross join lateral (
      select ${messageColumns} from conversations.messages m
      where m.company_id = ${companyId} and m.conversation_id = c.id and not m.is_private ${inside.beyondCursor}
      order by ${inside.order} limit ${inside.limit}
    ) m
    where i.company_id = ${companyId} and i.channel_id = ${channelId} and i.external_id = ${visitorId}
    order by ${order} limit ${inside.limit}`;
}

/** Those of the messages that are the visitor's to see. */
export async function chatMessagesByIds(
  sql: Sql,
  { companyId, channelId, visitorId }: VisitorIdentity,
  ids: readonly string[],
): Promise<MessageRow[]> {
  return sql<MessageRow>`
    select ${messageColumns} from conversations.messages m
    join conversations.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
    join conversations.contact_identities i on i.company_id = c.company_id and i.id = c.identity_id
    where m.company_id = ${companyId} and m.id = any(${ids}::uuid[]) and not m.is_private
      and i.channel_id = ${channelId} and i.external_id = ${visitorId}`;
}
