import type { By } from './queries/cubes.ts';
import type { Scope } from './queries/scope.ts';
import type { Span } from './queries/segments.ts';
import type { GroupTotals } from './queries/totals.ts';

/** What the fields of a report of operations are computed from. */
export interface OperationsReportRow {
  /** Of whole minutes. */
  readonly span: Span;
}

/** What the fields of a dashboard are computed from, each by its own query. */
export interface DashboardRow {
  readonly id: string;
  readonly scope: Scope;
  /** Of whole minutes. */
  readonly span: Span;
}

/** The figures of one platform, agent, team or label of a dashboard. */
export interface GroupRow extends GroupTotals {
  readonly by: By;
  readonly of: DashboardRow;
  /** All that the dashboard shows beside it: what one needs more, is asked for all of them at once. */
  readonly keys: readonly string[];
}
