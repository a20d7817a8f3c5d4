import type { expiryBy } from '../retention/plans.ts';
import { cellColumns, type PlacedRow } from './eventRow.ts';

/** What a line says besides its row. */
export interface Writing {
  /** When the row goes. */
  readonly expiry: ReturnType<typeof expiryBy>;
  /** Where it stands among all streams. */
  readonly place: (sequence: number) => bigint;
}

/** The columns of {@link linesOf}, in their order. */
export const lineColumns: readonly string[] = [
  'position',
  'expires_at',
  'figures_expire_at',
  'company_id',
  'at',
  'event_id',
  'type',
  'contact_id',
  ...cellColumns,
];

const [COMMA, NEW_LINE] = [0x2c, 0x0a];

/** What a code unit of a text has at most, as UTF-8. */
const BYTES_OF_UNIT = 3;

/**
 * Rows as an insert takes them, each a line.
 *
 * @param room Where they are put if they fit in, which saves getting and clearing tens of megabytes for each batch.
 */
export function linesOf(rows: readonly PlacedRow[], { expiry, place }: Writing, room: Buffer): Buffer {
  let bytes = room;
  let end = 0;
  for (const { sequence, row } of rows) {
    const { company_id, at, event_id, type, contact_id, cells } = row;
    const { expires_at, figures_expire_at } = expiry(row);
    const head = `["${place(sequence)}","${expires_at}","${figures_expire_at}","${company_id}","${at}","${event_id}","${type}","${contact_id}"`;
    const most = (head.length + cells.length) * BYTES_OF_UNIT + 1;
    if (bytes.length - end < most) {
      const larger = Buffer.allocUnsafeSlow(bytes.length * 2 + most);
      bytes.copy(larger, 0, 0, end);
      bytes = larger;
    }
    end += bytes.write(head, end, 'latin1');
    const rest = end;
    end += bytes.write(cells, rest);
    // One array with what stands before it.
    bytes[rest] = COMMA;
    bytes[end++] = NEW_LINE;
  }
  return bytes.subarray(0, end);
}
