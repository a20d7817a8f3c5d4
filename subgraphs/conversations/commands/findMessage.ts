import type { Transaction } from '../facts.ts';

/** The message that the channel knows by this id; undefined when there is none (yet). */
export async function findByExternalId(
  { sql }: Transaction,
  companyId: string,
  { channelId, externalId }: { readonly channelId: string; readonly externalId: string | null },
): Promise<{ readonly id: string; readonly conversationId: string } | undefined> {
  if (externalId === null) return undefined;
  const [message] = await sql<{ id: string; conversationId: string }>`
    select id, conversation_id as "conversationId" from conversations.messages
    where company_id = ${companyId} and channel_id = ${channelId} and external_id = ${externalId}`;
  return message;
}

export async function conversationOfMessage(
  { sql }: Transaction,
  companyId: string,
  id: string,
): Promise<string | undefined> {
  const [message] = await sql<{ conversationId: string }>`
    select conversation_id as "conversationId" from conversations.messages
    where company_id = ${companyId} and id = ${id}`;
  return message?.conversationId;
}
