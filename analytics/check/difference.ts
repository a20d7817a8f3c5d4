/** Two counts of the same that are not equal. */
export interface Difference {
  readonly companyId: string;
  /** What was counted against `analytics.events`: its distinct ids, a rollup, the stream. Weeks are counted against days. */
  readonly what: string;
  /** From when on, or which type of event. */
  readonly at: string;
  /** As `analytics.events` says it, or days. */
  readonly events: number;
  readonly other: number;
}

/** Those of the first that the second has as well: what is under way while both are counted differs one way or another, for a moment. */
export function persisting(before: readonly Difference[], after: readonly Difference[]): Difference[] {
  const known = new Set(before.map(nameOf));
  return after.filter((difference) => known.has(nameOf(difference)));
}

function nameOf({ companyId, what, at }: Difference): string {
  return [companyId, what, at].join(' ');
}
