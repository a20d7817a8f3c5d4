import { DeliverPolicy, type DeliveryInfo, type JsMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/nats-core';
import type { NatsPart } from './nats.ts';
import { DEAD } from './streams.ts';

/** A message that a consumer could not digest. */
export interface DeadLetter {
  /** In the DEAD stream; what `replay` takes. */
  readonly seq: number;
  readonly durable: string;
  readonly reason: string;
  readonly attempts: number;
  readonly parkedAt: string;
  /** Where the message stood. */
  readonly subject: string;
  readonly stream: string;
  readonly streamSeq: number;
  readonly body: string;
}

/** What is known of a message that can be parked: one that was delivered, or that was fetched from its stream. */
export type Parkable = Pick<JsMsg, 'subject' | 'seq' | 'headers' | 'data'> & {
  readonly info: Pick<DeliveryInfo, 'stream'>;
};

/**
 * Keeps a copy in the DEAD stream, with what is needed to understand it and to send it again.
 *
 * @param parked.part Of a message that holds several things: the one that cannot be digested, and which it is. It alone is
 *   kept, and replayed.
 */
export async function park(
  nats: NatsPart,
  parked: {
    readonly message: Parkable;
    readonly part?: { readonly index: number; readonly body: string } | undefined;
    readonly durable: string;
    readonly error: unknown;
    readonly attempts: number;
  },
): Promise<void> {
  const { message, part, durable, error, attempts } = parked;
  const head = headers();
  for (const key of message.headers?.keys() ?? []) {
    // The original's id would make the DEAD stream drop the copy for a second consumer.
    if (!key.startsWith('Nats-')) head.set(key, message.headers?.get(key) ?? '');
  }
  head.set('Dead-Reason', oneLine(error instanceof Error ? error.message : String(error)));
  head.set('Dead-Attempts', String(attempts));
  head.set('Dead-Subject', message.subject);
  head.set('Dead-Stream', message.info.stream);
  head.set('Dead-Seq', String(message.seq));
  await nats.jetstream.publish(`dead.${durable}`, part?.body ?? message.data, {
    headers: head,
    msgID: [durable, message.info.stream, message.seq, ...(part ? [part.index] : [])].join(':'),
  });
}

/** The parked messages, oldest first. */
export async function listDeadLetters(
  nats: NatsPart,
  { durable = '*', limit = 100 }: { readonly durable?: string; readonly limit?: number } = {},
): Promise<DeadLetter[]> {
  const consumer = await nats.jetstream.consumers.get(DEAD.name, {
    filter_subjects: `dead.${durable}`,
    deliver_policy: DeliverPolicy.All,
  });
  const { num_pending: pending } = await consumer.info();
  const letters: DeadLetter[] = [];
  if (pending === 0) return letters;
  for await (const message of await consumer.fetch({ max_messages: Math.min(limit, pending), expires: 2_000 })) {
    letters.push(letterOf(message.seq, message.subject, message.headers, message.string(), message.timestamp));
  }
  return letters;
}

/** Puts a parked message back on its subject, and takes it out of the DEAD stream once the other stream has it. */
export async function replayDeadLetter(nats: NatsPart, seq: number): Promise<DeadLetter | undefined> {
  const stored = await nats.manager.streams.getMessage(DEAD.name, { seq });
  if (!stored) return undefined;
  const letter = letterOf(seq, stored.subject, stored.header, stored.string(), stored.timestamp);
  const head = headers();
  for (const key of stored.header.keys()) {
    if (!key.startsWith('Dead-') && !key.startsWith('Nats-')) head.set(key, stored.header.get(key));
  }
  await nats.jetstream.publish(letter.subject, stored.data, { headers: head, msgID: `replay:${seq}` });
  await nats.manager.streams.deleteMessage(DEAD.name, seq);
  return letter;
}

function letterOf(seq: number, subject: string, head: MsgHdrs | undefined, body: string, parkedAt: string): DeadLetter {
  return {
    seq,
    durable: subject.slice('dead.'.length),
    reason: head?.get('Dead-Reason') ?? '',
    attempts: Number(head?.get('Dead-Attempts')),
    parkedAt,
    subject: head?.get('Dead-Subject') ?? '',
    stream: head?.get('Dead-Stream') ?? '',
    streamSeq: Number(head?.get('Dead-Seq')),
    body,
  };
}

/** A header ends at a line break; the reason's first kilobyte says what is needed. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 1_000);
}
