import type { Span } from '../queries/segments.ts';

export const HOUR_MS = 3_600_000;

/** Something has become of a company's figures. */
export interface Change {
  readonly companyId: string;
  /** The beginnings of the hours that it is about, in milliseconds; undefined: it may be any of them. */
  readonly hours?: ReadonlySet<number> | undefined;
}

/** When figures of a company became others, by a clock that all processes share and that never goes back. */
export interface Changes {
  /** Whoever asks from now on sees everything that was told until then. */
  readonly now: number;
  /** What was before is not known. */
  readonly since: number;
  /** For the last time, by the beginning of an hour. */
  readonly hours: ReadonlyMap<number, number>;
}

/** When the figures of a span became others for the last time. What was asked before that is not so any more. */
export function lastChange({ since, hours }: Changes, { from, to }: Span): number {
  let last = since;
  for (const [hour, at] of hours) if (hour < to && hour + HOUR_MS > from) last = Math.max(last, at);
  return last;
}

/** The hours that a span touches. */
export function hoursOf({ from, to }: Span): number[] {
  const first = Math.floor(from / HOUR_MS) * HOUR_MS;
  return Array.from({ length: Math.ceil((to - first) / HOUR_MS) }, (_, at) => first + at * HOUR_MS);
}
