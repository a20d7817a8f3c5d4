import { ClickHouseError } from '@clickhouse/client';
import { BiError } from './errors.ts';

/** What the engine says of how it got there: its own words for the statement, which is not the one that was sent. */
const INSIDE = /[.:,]?\s*\bin scope\b/i;
const OWN_NAMES = /\banalytics\.|PREWHERE/;

/** An error as whoever asked may know it: with the engine's number and words, and without what stands in place of the views. */
export function tellable(error: unknown): BiError {
  if (error instanceof BiError) return error;
  if (!isClickHouseError(error)) return BiError.away(error);
  const [message = ''] = error.message.split(INSIDE);
  const told = OWN_NAMES.test(message) ? 'The statement cannot be executed' : message.trim().replace(/\.$/, '');
  return new BiError(Number(error.code), error.type ?? 'UNKNOWN_EXCEPTION', told, { cause: error });
}

/** Not by its class alone: the embedded engine brings its own. */
function isClickHouseError(error: unknown): error is Pick<ClickHouseError, 'code' | 'message' | 'type'> {
  if (error instanceof ClickHouseError) return true;
  return error instanceof Error && 'code' in error && /^\d+$/.test(String(error.code)) && 'type' in error;
}

const statuses: readonly (readonly [number, readonly number[]])[] = [
  [
    400,
    [6, 15, 16, 25, 26, 27, 36, 38, 41, 43, 44, 53, 56, 62, 69, 72, 117, 167, 168, 190, 376, 427, 441, 456, 675, 676],
  ],
  [403, [192, 193, 497, 516]],
  [401, [194]],
  [404, [46, 47, 50, 60, 63, 73, 81, 115]],
  [408, [159]],
  [413, [92]],
  [501, [48]],
  [503, [202, 209, 210]],
];

/** The status that goes with an error, as ClickHouse has it. */
export function statusOf({ code }: BiError): number {
  return statuses.find(([, codes]) => codes.includes(code))?.[0] ?? 500;
}
