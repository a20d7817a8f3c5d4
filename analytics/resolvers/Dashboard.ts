import type { DashboardResolvers } from '../generated/resolvers.ts';
import { spanBefore } from '../queries/segments.ts';
import { checkPoints } from './arguments.ts';

export const Dashboard: DashboardResolvers = {
  totals: ({ scope, span }, _args, { dashboards }) => dashboards.totals(scope, span),
  previousTotals: ({ scope, span }, _args, { dashboards }) => dashboards.totals(scope, spanBefore(span)),
  byPlatform: ({ scope, span }, _args, { dashboards }) => dashboards.totalsByPlatform(scope, span),
  async series({ scope, span }, { metric, interval }, { dashboards }) {
    checkPoints(span, interval);
    const points = await dashboards.series(scope, span, interval);
    return points.map((point) => ({ at: new Date(point.at), value: point[metric] }));
  },
};
