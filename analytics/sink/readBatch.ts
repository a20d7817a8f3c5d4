import type { JsMsg } from '@nats-io/jetstream';
import { EventError } from '#platform/events/errors.ts';
import { erasureIn, withoutContacts, type Erasure } from './erasure.ts';
import { SinkError } from './errors.ts';
import { eventRow, type PlacedRow } from './eventRow.ts';
import type { LeftOut } from './eventStore.ts';
import { shareOf, SHARES } from './shares.ts';
import type { StreamReader } from './streamReader.ts';

/** What was read of the stream at once, as far as it falls to this process. */
export interface Batch {
  /** Of all companies. */
  messages: number;
  rows: PlacedRow[];
  readonly erasures: Erasure[];
  readonly poison: { readonly message: JsMsg; readonly error: unknown }[];
  /** Events that are no rows. */
  unknown: number;
  first: JsMsg | undefined;
  last: JsMsg | undefined;
  /** Whether the next one can be read at once. */
  isBehind: boolean;
}

/**
 * Reads on, until there are `maxRows` or nothing has come for a second. Of what falls to others it looks at the subject only.
 */
export async function readBatch(
  reader: StreamReader,
  { shares, maxRows }: { readonly shares: readonly number[]; readonly maxRows: number },
): Promise<Batch> {
  const batch: Batch = {
    messages: 0,
    rows: [],
    erasures: [],
    poison: [],
    unknown: 0,
    first: undefined,
    last: undefined,
    isBehind: false,
  };
  const isMine = shares.length < SHARES ? memberOf(shares) : undefined;
  await reader.read(Math.ceil((maxRows * SHARES) / shares.length), (message, sequence) => {
    batch.messages += 1;
    batch.first ??= message;
    batch.last = message;
    if (isMine && !isMine(subjectOf(message).companyId)) return;
    try {
      const text = message.string();
      const row = eventRow(text);
      const erasure = row ? undefined : erasureIn(text);
      if (row) batch.rows.push({ sequence, row });
      else if (erasure) {
        batch.rows = withoutContacts(batch.rows, erasure);
        batch.erasures.push(erasure);
      } else batch.unknown += 1;
    } catch (error) {
      if (!isPoison(error)) throw error;
      batch.poison.push({ message, error });
    }
  });
  batch.isBehind = reader.isBehind;
  return batch;
}

/** Whose event it is and which, as the subject says it: also of what cannot be read. */
export function subjectOf({ subject }: { readonly subject: string }): {
  readonly companyId: string;
  readonly type: string;
} {
  const [, context = '', companyId = '', ...rest] = subject.split('.');
  return { companyId: companyId.toLowerCase(), type: [context, ...rest].join('.') };
}

export function leftOut(message: { readonly subject: string; readonly seq: number }): LeftOut {
  return { sequence: message.seq, ...subjectOf(message) };
}

/** Companies come again and again: what is reckoned of one is kept for the batch. */
function memberOf(shares: readonly number[]): (companyId: string) => boolean {
  const known = new Map<string, boolean>();
  return (companyId) => {
    let isMember = known.get(companyId);
    if (isMember === undefined) {
      isMember = shares.includes(shareOf(companyId));
      known.set(companyId, isMember);
    }
    return isMember;
  };
}

/** What is wrong with the event itself, now and on every later try; nothing else is thrown while reading one. */
function isPoison(error: unknown): boolean {
  return error instanceof EventError || error instanceof SinkError;
}
