/** So much of something within any minute. */
export interface Quota {
  /** Who is held to it, and of what: `{key}:requests`. What is in braces keeps the quotas of one holder on one server. */
  readonly key: string;
  readonly limit: number;
  /** How much is wanted now, in whole numbers. */
  readonly take: number;
}

/** How a quota stands. */
export interface QuotaState {
  readonly limit: number;
  /** What is left, after this. */
  readonly remaining: number;
  /** Until some of it comes back; 0 when nothing is used. */
  readonly resetMs: number;
}

export interface QuotaVerdict {
  /** 0: all of it was taken. Else none was, and after so many milliseconds it is worth asking again. */
  readonly waitMs: number;
  /** In the order of the quotas. */
  readonly states: readonly QuotaState[];
}

export const WINDOW_MS = 60_000;
/**
 * What is used is counted by slots, and a slot counts until the last of it is a minute old: at most the limit within any minute,
 * and what was used comes back up to a slot later.
 */
export const SLOT_MS = 5_000;
export const SLOTS = WINDOW_MS / SLOT_MS + 1;
