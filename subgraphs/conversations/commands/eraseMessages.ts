import { searchVector } from '../text/searchWords.ts';
import type { Attachment } from '#schema/events/values.ts';
import type { Transaction } from '../facts.ts';

export interface ErasedMessages {
  readonly messages: readonly {
    readonly channelId: string;
    readonly messageId: string;
    readonly externalId: string | null;
  }[];
  readonly fileKeys: readonly string[];
}

/**
 * Takes from the oldest messages of a conversation what they said: texts, files, reactions, and the words by which they are
 * found. That there was a message, in which direction and when, stays, and so do all figures.
 *
 * @returns What was erased, for those who have something of it too; nothing when nothing is left.
 */
export async function eraseMessages(
  { sql }: Pick<Transaction, 'sql'>,
  {
    companyId,
    conversationId,
    most,
  }: { readonly companyId: string; readonly conversationId: string; readonly most: number },
): Promise<ErasedMessages> {
  const rows = await sql<{
    messageId: string;
    channelId: string;
    externalId: string | null;
    attachments: readonly Attachment[];
  }>`
    with chosen as (
      select m.id, m.external_id, m.attachments from conversations.messages m
      where m.company_id = ${companyId} and m.conversation_id = ${conversationId} and m.erased_at is null
      order by m.created_at, m.id limit ${most} for update
    ), reactions as (
      delete from conversations.message_reactions r using chosen
      where r.company_id = ${companyId} and r.message_id = chosen.id
    )
    update conversations.messages m set
      text = null, attachments = '[]', citations = '[]', payload = null, story = null, referral = null, sender_name = null,
      external_id = null, failure = null, search = array_to_tsvector(${searchVector(companyId, null)}::text[]),
      erased_at = now()
    from chosen where m.company_id = ${companyId} and m.id = chosen.id
    returning m.id as "messageId", m.channel_id as "channelId", chosen.external_id as "externalId", chosen.attachments`;
  return {
    messages: rows.map(({ attachments: _gone, ...message }) => message),
    fileKeys: rows.flatMap(({ attachments }) => attachments.flatMap(({ fileKey }) => fileKey ?? [])),
  };
}
