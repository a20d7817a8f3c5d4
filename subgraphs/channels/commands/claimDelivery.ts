import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { ChannelStatus } from '../rows.ts';

export interface DeliveryKey {
  readonly companyId: string;
  readonly messageId: string;
  readonly channelId: string;
  readonly conversationId: string;
  /** The run of the process that sends. */
  readonly claimedBy: string;
}

export interface SendingChannel {
  readonly platform: Platform;
  readonly status: ChannelStatus;
  /** Sealed. */
  readonly accessToken: string;
}

export type Claim =
  /** It is ours: nobody else sends it, and nothing of it beyond `sentParts` has gone out. */
  | {
      readonly kind: 'claimed';
      /** Counts from 1. */
      readonly attempt: number;
      readonly sentParts: number;
      readonly externalMessageId: string | null;
      /** Undefined when the company has no such channel. */
      readonly channel: SendingChannel | undefined;
    }
  /** It has its outcome. */
  | { readonly kind: 'settled' }
  /** Another process said that it would send it, a short while ago. */
  | { readonly kind: 'elsewhere' }
  /** Another process said that it would send it, and cannot be at it any more: whether it did, nobody knows. It is ours now. */
  | { readonly kind: 'abandoned'; readonly sentParts: number };

interface DeliveryRow {
  readonly status: 'WAITING' | 'SENDING' | 'SENT' | 'FAILED';
  readonly claimedBy: string;
  readonly attempts: number;
  readonly sentParts: number;
  readonly externalMessageId: string | null;
  readonly ageMs: number;
}

/**
 * Says in the database that a message is about to be sent, before it is: the transaction commits first, so that whoever
 * comes later, this process or another, sees that a send may have happened.
 *
 * @param options.abandonedAfterMs After which a claim of another process can have no send under way.
 */
export function claimDelivery(
  database: Database<SwitchboardCatalogue>,
  key: DeliveryKey,
  options: { readonly abandonedAfterMs: number },
): Promise<Claim> {
  const { companyId, messageId, channelId, conversationId, claimedBy } = key;
  return database.write(companyId, async ({ sql }) => {
    // What waits for another try was certainly not sent: anybody may take it up.
    const claimed = await sql<DeliveryRow>`
      insert into channels.deliveries as d
        (company_id, message_id, channel_id, conversation_id, status, claimed_by, attempts)
      values (${companyId}, ${messageId}, ${channelId}, ${conversationId}, 'SENDING', ${claimedBy}, 1)
      on conflict (company_id, message_id) do update
        set status = 'SENDING', claimed_by = excluded.claimed_by, attempts = d.attempts + 1, updated_at = now()
        where d.status = 'WAITING'
      returning attempts, sent_parts as "sentParts", external_message_id as "externalMessageId"`;
    const row = claimed[0] ?? (await existing());
    if (!row) return { kind: 'settled' };
    if (!claimed[0]) {
      if (row.status !== 'SENDING') return { kind: 'settled' };
      if (row.claimedBy !== claimedBy) {
        if (row.ageMs < options.abandonedAfterMs) return { kind: 'elsewhere' };
        await sql`
          update channels.deliveries set claimed_by = ${claimedBy}, updated_at = now()
          where company_id = ${companyId} and message_id = ${messageId}`;
        return { kind: 'abandoned', sentParts: row.sentParts };
      }
      // Ours, and no send followed (its outcome would have been recorded first): the answer to the claim's commit was lost.
    }
    const [channel] = await sql<SendingChannel>`
      select platform, status, access_token as "accessToken" from channels.channels
      where company_id = ${companyId} and id = ${channelId}`;
    const { attempts, sentParts, externalMessageId } = row;
    return { kind: 'claimed', attempt: attempts, sentParts, externalMessageId, channel };

    async function existing(): Promise<DeliveryRow | undefined> {
      const rows = await sql<DeliveryRow>`
        select status, claimed_by as "claimedBy", attempts, sent_parts as "sentParts",
          external_message_id as "externalMessageId",
          (extract(epoch from clock_timestamp() - updated_at) * 1000)::float8 as "ageMs"
        from channels.deliveries where company_id = ${companyId} and message_id = ${messageId} for update`;
      return rows[0];
    }
  });
}
