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
 * same messages wait for each other and never in a circle.
 *
 * @param lookedFor Rows that are locked if they are there.
 */
export async function lockReceivedRows(
  sql: Sql,
  companyId: string,
  keys: readonly RowKey[],
  lookedFor: readonly RowKey[],
): Promise<ReceivedRows> {
  const distinct = (all: readonly RowKey[]) =>
    JSON.stringify([...new Map(all.map((key) => [idOf(key), key])).values()]);
  await sql`
    insert into channels.received_messages (company_id, channel_id, external_id, told)
    select ${companyId}::uuid, w."channelId", w."externalId", false
    from json_to_recordset(${distinct(keys)}::json) as w ("channelId" uuid, "externalId" text)
    order by w."channelId", w."externalId"
    on conflict do nothing`;
  const rows = await sql<Row>`
    select r.channel_id as "channelId", r.external_id as "externalId", r.told, r.state
    from json_to_recordset(${distinct([...keys, ...lookedFor])}::json) as w ("channelId" uuid, "externalId" text)
    join channels.received_messages r
      on r.company_id = ${companyId} and r.channel_id = w."channelId" and r.external_id = w."externalId"
    order by r.channel_id, r.external_id
    for update of r`;
  const kept = new Map(rows.map((row) => [idOf(row), { key: row as RowKey, value: keptOf(row) }]));
  const changed = new Set<string>();

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
      const value = { ...get(key), ...change };
      kept.set(idOf(key), { key, value });
      changed.add(idOf(key));
    },
    async save() {
      if (changed.size === 0) return;
      const updates = [...changed].flatMap((id) => {
        const row = kept.get(id);
        return row ? [{ ...row.key, told: row.value.message.told, state: stateOf(row.value) }] : [];
      });
      await sql`
        update channels.received_messages r set told = u.told, state = u.state
        from json_to_recordset(${JSON.stringify(updates)}::json)
          as u ("channelId" uuid, "externalId" text, told boolean, state jsonb)
        where r.company_id = ${companyId} and r.channel_id = u."channelId" and r.external_id = u."externalId"`;
    },
  };
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
