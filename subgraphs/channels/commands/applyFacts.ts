import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import type { Actor } from '#platform/events/catalogue.ts';
import type { Database, WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Data, InboundFact, InboundReceipt } from '../platforms/inbound.ts';
import { tellingFiles } from '../attachments/tellingFiles.ts';
import { sentUnder } from '../queries/sentUnder.ts';
import { addToAlbum } from '../received/album.ts';
import { arrive, change, type MessageState, type Step } from '../received/messageState.ts';
import { lockReceivedRows, type ReceivedRows, type RowKey, type WantedRow } from '../received/rows.ts';
import { applyReceipts } from './applyReceipts.ts';
import { confirmEcho } from './confirmEcho.ts';
import { recordOutsideMessage } from './recordOutsideMessage.ts';

type Transaction = WriteTransaction<SwitchboardCatalogue>;

/**
 * Makes facts of one company true and tells them to the other contexts, in one transaction, in the order given. The same
 * fact may come any number of times, in any order and in several processes at once: a message is told once, and what
 * happened to it after it.
 *
 * @returns For each fact, whether it was new.
 */
export function applyFacts(
  database: Database<SwitchboardCatalogue>,
  companyId: string,
  facts: readonly InboundFact[],
): Promise<readonly boolean[]> {
  return database.write(companyId, async (given) => {
    const transaction = { ...given, publish: tellingFiles(given.publish) };
    const rows = await lockReceivedRows(transaction.sql, companyId, facts.flatMap(rowsOf), facts.flatMap(answeredRow));
    const applied: boolean[] = [];
    let receipts: InboundReceipt[] = [];
    for (const fact of facts) {
      if (fact.kind === 'receipt') {
        receipts.push(fact);
        applied.push(true);
        continue;
      }
      if (isOfSent(fact)) {
        await applyReceipts(transaction, companyId, receipts);
        receipts = [];
      }
      applied.push(await applyFact(transaction, companyId, rows, fact));
    }
    await applyReceipts(transaction, companyId, receipts);
    await rows.save();
    await noteInbound(transaction, companyId, facts);
    return applied;
  });
}

/** Whether it may be of what the company sent: then what receipts before it say has to be true by now. */
function isOfSent({ kind }: InboundFact): boolean {
  return kind === 'echo' || kind === 'edit' || kind === 'removal' || kind === 'reaction';
}

async function applyFact(
  transaction: Transaction,
  companyId: string,
  rows: ReceivedRows,
  fact: Exclude<InboundFact, InboundReceipt>,
): Promise<boolean> {
  const { publish } = transaction;
  switch (fact.kind) {
    case 'message':
      return receive(transaction, rows, fact);
    case 'echo':
      return echo(transaction, companyId, rows, fact);
    case 'edit':
    case 'removal':
    case 'reaction': {
      const key = messageRow(fact.data);
      const before = await withOurs(transaction, companyId, key, rows.get(key).message);
      const { state, told } = change(before, fact);
      rows.set(key, { message: state });
      tell(transaction, told);
      return state !== before;
    }
    case 'activity': {
      const key = activityRow(fact.data);
      const { message } = rows.get(key);
      if (message.told) return false;
      rows.set(key, { message: { ...message, told: true } });
      publish({ type: 'channel.thread.activity', actor: person(fact.data), data: fact.data });
      return true;
    }
    case 'profile':
      publish({ type: 'channel.contact.profiled', actor: { kind: 'system' }, data: fact.data });
      return true;
    case 'callback':
      // Nothing to be kept: it is answered once the message that it came with is.
      return true;
  }
}

function receive(
  transaction: Transaction,
  rows: ReceivedRows,
  fact: Extract<InboundFact, { kind: 'message' }>,
): boolean {
  const { data, album } = fact;
  const key = messageRow(data);
  const { message } = rows.get(key);
  if (message.told) return false;
  const actor = person(data);
  const partOf = album ? extend(transaction, rows, data, album) : null;
  if (partOf === null) {
    const replyToExternalId = answered(rows, fact);
    transaction.publish({ type: 'channel.message.received', actor, data: { ...data, replyToExternalId } });
  }
  const { state, told } = arrive({ ...message, partOf });
  rows.set(key, { message: state });
  tell(transaction, told);
  return true;
}

/** Adds a picture to its album. Gives the id of the message that it became part of; null when it is the first. */
function extend(
  { publish }: Transaction,
  rows: ReceivedRows,
  data: Data<'channel.message.received'>,
  { id, position }: { readonly id: string; readonly position: number },
): string | null {
  const whole = albumRow(data.channelId, id);
  const { album, extension } = addToAlbum(rows.get(whole).album, position, data);
  rows.set(whole, { album });
  if (!extension) return null;
  publish({ type: 'channel.message.extended', actor: person(data), data: extension });
  return extension.externalMessageId;
}

/** What we sent ourselves is known, and finds its delivery; everything else was written past this inbox. */
async function echo(
  transaction: Transaction,
  companyId: string,
  rows: ReceivedRows,
  { data, reference }: Extract<InboundFact, { kind: 'echo' }>,
): Promise<boolean> {
  const key = messageRow(data);
  const { message } = rows.get(key);
  if (message.told) return false;
  const ours = await confirmEcho(transaction, companyId, { ...data, reference });
  if (ours) {
    rows.set(key, { message: await withOurs(transaction, companyId, key, message) });
    return false;
  }
  const { state, told } = arrive(message);
  rows.set(key, { message: state });
  const messageId = v7();
  await recordOutsideMessage(transaction, companyId, { ...data, messageId });
  transaction.publish({ type: 'channel.message.echoed', actor: { kind: 'system' }, data: { ...data, messageId } });
  tell(transaction, told);
  return true;
}

/**
 * What is known of a message, also when the company sent it: not every platform repeats to us what we send, and people react
 * to it all the same.
 */
async function withOurs(
  transaction: Transaction,
  companyId: string,
  key: RowKey,
  message: MessageState,
): Promise<MessageState> {
  if (message.told) return message;
  const firstId = await sentUnder(transaction.sql, companyId, key);
  if (firstId === undefined) return message;
  const { state, told } = arrive({ ...message, partOf: firstId === key.externalId ? null : firstId });
  tell(transaction, told);
  return state;
}

function tell({ publish }: Transaction, events: Step['told']): void {
  for (const event of events) publish({ ...event, actor: { kind: 'system' } });
}

function person({ contact }: { readonly contact: { readonly externalId: string } }): Actor {
  return { kind: 'contact', id: contact.externalId };
}

/** Of the newest message in each thread that a person wrote: platforms limit how long after it the company may answer. */
async function noteInbound({ sql }: Transaction, companyId: string, facts: readonly InboundFact[]): Promise<void> {
  const newest = new Map<string, Data<'channel.message.received'>>();
  for (const fact of facts) {
    if (fact.kind !== 'message') continue;
    const thread = `${fact.data.channelId} ${fact.data.threadExternalId}`;
    const known = newest.get(thread);
    if (!known || known.sentAt <= fact.data.sentAt) newest.set(thread, fact.data);
  }
  if (newest.size === 0) return;
  await sql`
    insert into channels.threads as t
      (company_id, channel_id, thread_external_id, last_inbound_at, last_inbound_external_id)
    select ${companyId}::uuid, n."channelId", n."threadExternalId", n."sentAt", n."externalMessageId"
    from json_to_recordset(${JSON.stringify([...newest.values()])}::json)
      as n ("channelId" uuid, "threadExternalId" text, "sentAt" timestamptz, "externalMessageId" text)
    order by n."channelId", n."threadExternalId"
    on conflict (company_id, channel_id, thread_external_id) do update set
      last_inbound_at = excluded.last_inbound_at, last_inbound_external_id = excluded.last_inbound_external_id
    where t.last_inbound_at is null or t.last_inbound_at < excluded.last_inbound_at`;
}

/** With what is told of each as soon as it is heard of: a message is, and what is said of one waits for it. */
function rowsOf(fact: InboundFact): WantedRow[] {
  switch (fact.kind) {
    case 'message': {
      const message = { ...messageRow(fact.data), told: true };
      return fact.album ? [message, { ...albumRow(fact.data.channelId, fact.album.id), told: false }] : [message];
    }
    case 'echo':
      return [{ ...messageRow(fact.data), told: true }];
    case 'edit':
    case 'removal':
    case 'reaction':
      return [{ ...messageRow(fact.data), told: false }];
    case 'activity':
      return [{ ...activityRow(fact.data), told: true }];
    case 'receipt':
    case 'profile':
    case 'callback':
      return [];
  }
}

function messageRow(data: { readonly channelId: string; readonly externalMessageId: string }): RowKey {
  return { channelId: data.channelId, externalId: data.externalMessageId };
}

function albumRow(channelId: string, albumId: string): RowKey {
  return { channelId, externalId: `album:${albumId}` };
}

/** The platforms give what is no message no id: it is the same when all that they say of it is. */
function activityRow(data: Data<'channel.thread.activity'>): RowKey {
  const digest = createHash('sha256').update(JSON.stringify(data)).digest('base64url');
  return { channelId: data.channelId, externalId: `activity:${digest}` };
}

/** Who answers a further picture of an album answers the album. */
function answered(rows: ReceivedRows, fact: Extract<InboundFact, { kind: 'message' }>): string | null {
  const [row] = answeredRow(fact);
  return (row && rows.find(row)?.message.partOf) ?? fact.data.replyToExternalId;
}

function answeredRow(fact: InboundFact): RowKey[] {
  if (fact.kind !== 'message' || fact.data.replyToExternalId === null) return [];
  return [{ channelId: fact.data.channelId, externalId: fact.data.replyToExternalId }];
}
