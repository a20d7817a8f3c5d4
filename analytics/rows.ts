import type { Scope } from './queries/scope.ts';
import type { Span } from './queries/segments.ts';

/** What the fields of a report of operations are computed from. */
export interface OperationsReportRow {
  /** Of whole minutes. */
  readonly span: Span;
}

/** What the fields of a dashboard are computed from, each by its own query. */
export interface DashboardRow {
  readonly scope: Scope;
  /** Of whole minutes. */
  readonly span: Span;
}
