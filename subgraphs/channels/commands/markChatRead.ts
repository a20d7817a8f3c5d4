import { userError } from '#platform/graphql/errors.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { isUuid } from '../isUuid.ts';
import { visitorOf, type Refusal, type VisitorRequest } from './asVisitor.ts';

/**
 * A visitor has seen a message of the company, and those before it. What was sent to another is not marked, and answered like what
 * nobody has written: an id tells a visitor nothing of other people's conversations.
 *
 * @throws GraphQLError `FORBIDDEN`, and `UNAVAILABLE` when it could not be kept.
 */
export async function markChatRead(
  request: VisitorRequest,
  { upToMessageId }: { readonly upToMessageId: string },
): Promise<Refusal> {
  const visitor = visitorOf(request);
  const messageId = upToMessageId.toLowerCase();
  if (!isUuid(messageId)) {
    return { userErrors: [userError('NOT_FOUND', 'There is no such message.', ['input', 'upToMessageId'])] };
  }
  if (await request.read((sql) => isSentToAnother(sql, visitor, messageId))) return { userErrors: [] };
  const at = new Date().toISOString();
  await request.keep(visitor, { kind: 'read', visitorId: visitor.visitorId, upToMessageId: messageId, at });
  return { userErrors: [] };
}

/** One that is not sent yet is nobody's, as far as is known here: visitors see messages before. */
async function isSentToAnother(
  sql: Sql,
  { companyId, channelId, visitorId }: VisitorIdentity,
  messageId: string,
): Promise<boolean> {
  const rows = await sql`
    select from channels.delivery_parts
    where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${messageId}
      and thread_external_id <> ${visitorId}`;
  return rows.length > 0;
}
