/** So many in a second, held by all processes together. */
export interface Pace {
  /** Who is held to it: an account, a chat. */
  readonly key: string;
  readonly perSecond: number;
  /**
   * How many may go at once after a pause. In any w seconds at most `burst + w * perSecond` go: who has to keep "20 in any
   * minute" takes both into account.
   */
  readonly burst: number;
}

/** Between two that go at an even pace, in whole microseconds. */
export function intervalUs({ perSecond }: Pace): number {
  return Math.ceil(1_000_000 / perSecond);
}
