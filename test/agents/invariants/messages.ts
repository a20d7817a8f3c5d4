import { demoPlace } from '../company.ts';
import type { Told } from '../eventLog.ts';
import type { Sent } from '../runLog.ts';
import type { Tables } from '../tables.ts';
import { holds, repeated, type Invariant } from './invariant.ts';

interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly externalId: string | null;
  readonly key: string | null;
  readonly direction: string;
  readonly status: string;
}

interface Counted {
  readonly id: string;
  readonly number: number;
  readonly identityId: string;
  readonly isActive: boolean;
  readonly messageCount: number;
  readonly inboundCount: number;
  readonly lastMessageId: string | null;
  readonly messages: number;
  readonly ordinals: readonly number[];
  readonly newestId: string | null;
}

/** Whatever was answered with 200, or with a message, is there; once, and nothing else is. */
export async function checkMessages({
  tables,
  told,
  acknowledgedIds,
  sent,
}: {
  readonly tables: Tables;
  readonly told: readonly Told[];
  /** The platforms' own ids of what was taken from customers. */
  readonly acknowledgedIds: readonly string[];
  readonly sent: readonly Sent[];
}): Promise<Invariant[]> {
  const messages = await tables.rows<Message>(
    `select id, conversation_id as "conversationId", external_id as "externalId", idempotency_key as key, direction, status
     from conversations.messages where company_id = $1`,
    [demoPlace().id],
  );
  const conversations = await readConversations(tables);
  const byExternalId = Map.groupBy(messages, ({ externalId }) => externalId);
  const byKey = Map.groupBy(messages, ({ key }) => key);
  const received = told.flatMap(({ event }) =>
    event.type === 'channel.message.received' ? [`${event.data.channelId} ${event.data.externalMessageId}`] : [],
  );
  const inbound = messages.filter(({ direction }) => direction === 'INBOUND').length;
  return [
    holds('what a customer wrote is there once', acknowledgedIds, (id) => {
      const times = byExternalId.get(id)?.length ?? 0;
      return times === 1 ? undefined : `${id} is there ${String(times)} times`;
    }),
    holds('nothing is there that nobody wrote', [inbound], (count) =>
      count === new Set(received).size
        ? undefined
        : `${String(count)} of ${String(new Set(received).size)} that were told`,
    ),
    holds('what an agent sent is there once, as the message that they were shown', sent, ({ key, messageIds }) => {
      const ids = new Set([...messageIds, ...(byKey.get(key) ?? []).map(({ id }) => id)]);
      return ids.size === 1 && byKey.get(key)?.length === 1 ? undefined : `${key} became ${[...ids].join(', ')}`;
    }),
    holds('what was sent has left', messages, ({ id, status }) =>
      status === 'QUEUED' || status === 'FAILED' ? `${id} is ${status}` : undefined,
    ),
    holds('conversations count their messages', conversations, miscounted),
    holds('conversations are numbered without a gap', conversations, ({ number }) =>
      number <= conversations.length ? undefined : `#${String(number)} of ${String(conversations.length)}`,
    ),
    {
      name: 'a person has one conversation on a channel that goes on',
      checked: conversations.length,
      broken: repeated(conversations.flatMap(({ identityId, isActive }) => (isActive ? identityId : []))),
    },
  ];
}

function readConversations(tables: Tables): Promise<Counted[]> {
  return tables.rows<Counted>(
    `select c.id, c.number, c.identity_id as "identityId", c.status <> 'RESOLVED' as "isActive",
       c.message_count as "messageCount", c.inbound_count as "inboundCount", c.last_message_id as "lastMessageId",
       count(m.id)::int as messages,
       array_remove(array_agg(m.inbound_ordinal order by m.inbound_ordinal) filter (where m.direction = 'INBOUND'), null)
         as ordinals,
       (array_agg(m.id order by m.created_at desc, m.id desc))[1] as "newestId"
     from conversations.conversations c
     left join conversations.messages m on m.company_id = c.company_id and m.conversation_id = c.id
     group by c.company_id, c.id`,
  );
}

function miscounted({ id, messageCount, inboundCount, lastMessageId, messages, ordinals, newestId }: Counted) {
  if (messageCount !== messages) return `${id} counts ${String(messageCount)} messages of ${String(messages)}`;
  const inOrder = ordinals.every((ordinal, index) => ordinal === index + 1);
  if (!inOrder || inboundCount !== ordinals.length) {
    return `${id} counts ${String(inboundCount)} of ${ordinals.join(' ')}`;
  }
  return lastMessageId === newestId ? undefined : `${id} shows ${String(lastMessageId)} instead of ${String(newestId)}`;
}
