import { dashboardOf } from '#schema/dashboards.ts';
import type { Context } from '../context.ts';
import type { DashboardResolvers } from '../generated/resolvers.ts';
import type { By } from '../queries/cubes.ts';
import { spanBefore, type Span } from '../queries/segments.ts';
import type { Metric } from '../queries/series.ts';
import type { Interval } from '../queries/intervals.ts';
import type { DashboardRow, GroupRow } from '../rows.ts';
import { checkFirst, checkPoints, dashboardRow } from './arguments.ts';

/** More than there are. */
const ALL_PLATFORMS = 10;

export const Dashboard: DashboardResolvers = {
  __resolveReference: ({ id }, { identity }) => dashboardRow(dashboardOf(id), identity),
  timeZone: ({ scope }, _args, { dashboards }) => dashboards.zone(scope),
  totals: ({ scope, span }, _args, { dashboards }) => dashboards.totals(scope, span),
  previousTotals: ({ scope, span }, _args, { dashboards }) => dashboards.totals(scope, spanBefore(span)),
  series: (row, args, context) => seriesOf(row, row.span, args, context),
  previousSeries: (row, args, context) => seriesOf(row, spanBefore(row.span), args, context),
  byPlatform: (row, _args, context) => groupsOf(row, 'platform', ALL_PLATFORMS, context),
  byAgent: (row, { first }, context) => groupsOf(row, 'agent', first, context),
  byTeam: (row, { first }, context) => groupsOf(row, 'team', first, context),
  byLabel: (row, { first }, context) => groupsOf(row, 'label', first, context),
  busyHours: ({ scope, span }, _args, { dashboards }) => dashboards.busyHours(scope, span),
};

async function seriesOf(
  { scope }: DashboardRow,
  span: Span,
  { metric, interval }: { readonly metric: Metric; readonly interval: Interval },
  { dashboards }: Context,
) {
  checkPoints(span, interval);
  const points = await dashboards.series(scope, span, interval, metric);
  return points.map(({ at, value }) => ({ at: new Date(at), value }));
}

async function groupsOf(row: DashboardRow, by: By, first: number, { dashboards }: Context): Promise<GroupRow[]> {
  checkFirst(first);
  const { scope, span } = row;
  const groups = await (by === 'agent'
    ? dashboards.agents(scope, span, first)
    : dashboards.groups(scope, span, by, { first }));
  const keys = groups.map(({ key }) => key);
  return groups.map((group) => ({ ...group, by, of: row, keys }));
}
