import type { Sql } from '#platform/postgres/sql.ts';
import type { Album } from './album.ts';
import { unknownMessage, type MessageState } from './messageState.ts';

/** Which row of received_messages. */
export interface RowKey {
  readonly channelId: string;
  readonly externalId: string;
}

/** What is kept of a message or, under an id of its own, of an album or an activity. */
interface Kept {
  readonly message: MessageState;
  readonly album: Album | null;
}

/** A row that is wanted, made where it is missing. */
export interface WantedRow extends RowKey {
  /** What a missing one begins as: right for nearly all of them, so that they are written once. */
  readonly told: boolean;
}

/** Rows that are locked until the transaction ends, with what changes in them. */
export interface ReceivedRows {
  get(key: RowKey): Kept;
  /** Undefined for a row that was only looked for, and is not there. */
  find(key: RowKey): Kept | undefined;
  set(key: RowKey, change: Partial<Kept>): void;
  /** In one statement, however many. */
  save(): Promise<void>;
}

interface Row {
  readonly channelId: string;
  readonly externalId: string;
  readonly told: boolean;
  readonly state: (Partial<Omit<MessageState, 'told'>> & { readonly album?: Album }) | null;
}

const idOf = ({ channelId, externalId }: RowKey): string => `${channelId} ${externalId}`;

/**
 * Locks the rows, making those that are missing, in an order that is the same for everybody: two workers that hear of the
 * same messages wait for each other and never in a circle. Every row is found by its key, whatever the planner believes of
 * the table: a company's messages are many, and these are few.
 *
 * @param lookedFor Rows that are locked if they are there.
 */
export async function lockReceivedRows(
  sql: Sql,
  companyId: string,
  wanted: readonly WantedRow[],
  lookedFor: readonly RowKey[],
): Promise<ReceivedRows> {
  const kept = new Map<string, { readonly key: RowKey; readonly value: Kept }>();
  const stored = new Map<string, string>();
  const touched = new Set<string>();

  function keep(row: Row, isNew: boolean): void {
    const id = idOf(row);
    const { channelId, externalId } = row;
    const value = isNew ? { message: unknownMessage, album: null } : keptOf(row);
    kept.set(id, { key: { channelId, externalId }, value });
    stored.set(id, storedOf(row));
    if (isNew) touched.add(id);
  }

  const made = distinct(wanted);
  // One that is there is written as it is, which locks it and gives it back; `xmax` tells it from one that was made.
  const rows = await sql<Row & { readonly isNew: boolean }>`
    insert into channels.received_messages as r (company_id, channel_id, external_id, told)
    select ${companyId}::uuid, w."channelId", w."externalId", w.told
    from json_to_recordset(${JSON.stringify(made)}::json) as w ("channelId" uuid, "externalId" text, told boolean)
    order by w."channelId", w."externalId"
    on conflict (company_id, channel_id, external_id) do update set told = r.told
    returning r.channel_id as "channelId", r.external_id as "externalId", r.told, r.state, r.xmax = 0 as "isNew"`;
  for (const row of rows) keep(row, row.isNew);
  const others = distinct(lookedFor.filter((key) => !kept.has(idOf(key))));
  for (const row of await lockIfThere(sql, companyId, others)) keep(row, false);

  const find = (key: RowKey): Kept | undefined => kept.get(idOf(key))?.value;
  function get(key: RowKey): Kept {
    const found = find(key);
    if (!found) throw new TypeError(`the row of ${key.externalId} was not locked`);
    return found;
  }

  return {
    get,
    find,
    set(key, change) {
      kept.set(idOf(key), { key, value: { ...get(key), ...change } });
      touched.add(idOf(key));
    },
    async save() {
      const changed = [...touched].flatMap((id) => {
        const entry = kept.get(id);
        const row = entry && { ...entry.key, told: entry.value.message.told, state: stateOf(entry.value) };
        return !row || storedOf(row) === stored.get(id) ? [] : [row];
      });
      if (changed.length === 0) return;
      // None of them is missing: by the conflict each is found by its key.
      await sql`
        insert into channels.received_messages as r (company_id, channel_id, external_id, told, state)
        select ${companyId}::uuid, c."channelId", c."externalId", c.told, c.state
        from json_to_recordset(${JSON.stringify(changed)}::json)
          as c ("channelId" uuid, "externalId" text, told boolean, state jsonb)
        on conflict (company_id, channel_id, external_id) do update set told = excluded.told, state = excluded.state`;
    },
  };
}

async function lockIfThere(sql: Sql, companyId: string, keys: readonly RowKey[]): Promise<Row[]> {
  if (keys.length === 0) return [];
  // The limit keeps the planner from reading all of the company's messages for them.
  return sql<Row>`
    select r.* from (
      select * from json_to_recordset(${JSON.stringify(keys)}::json) as w ("channelId" uuid, "externalId" text)
      order by w."channelId", w."externalId"
    ) as w
    cross join lateral (
      select r.channel_id as "channelId", r.external_id as "externalId", r.told, r.state
      from channels.received_messages r
      where r.company_id = ${companyId} and r.channel_id = w."channelId" and r.external_id = w."externalId"
      limit 1 for update
    ) as r`;
}

function distinct<Key extends RowKey>(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [idOf(key), key])).values()];
}

/** By which it is seen whether a row differs from what is in the table. */
function storedOf({ told, state }: Pick<Row, 'told' | 'state'>): string {
  return JSON.stringify([told, state]);
}

function keptOf({ told, state }: Row): Kept {
  const { album, ...message } = state ?? {};
  return { message: { ...unknownMessage, ...message, told }, album: album ?? null };
}

/** Nearly every message is told and never heard of again: its row has no state. */
function stateOf({ message, album }: Kept): Row['state'] {
  const { told: _told, ...rest } = message;
  const differs = Object.entries(rest).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(unknownMessage[field as keyof MessageState]),
  );
  if (differs.length === 0 && !album) return null;
  return { ...Object.fromEntries(differs), ...(album && { album }) };
}
