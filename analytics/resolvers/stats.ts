import { platform } from '#schema/events/values.ts';
import type { Context } from '../context.ts';
import type {
  AgentStatsResolvers,
  LabelStatsResolvers,
  PlatformStatsResolvers,
  TeamStatsResolvers,
} from '../generated/resolvers.ts';
import { spanBefore } from '../queries/segments.ts';
import { nothing, type Totals } from '../queries/totals.ts';
import type { GroupRow } from '../rows.ts';

export const PlatformStats: PlatformStatsResolvers = {
  platform: ({ key }) => platform.parse(key),
  previousTotals: (row, _args, context) => previousTotalsOf(row, context),
};

export const AgentStats: AgentStatsResolvers = {
  agent: ({ key: id }) => ({ id }),
  previousTotals: (row, _args, context) => previousTotalsOf(row, context),
  onlineSeconds: async (row, _args, context) => (await timeOf(row, context))?.online ?? 0,
  awaySeconds: async (row, _args, context) => (await timeOf(row, context))?.away ?? 0,
};

export const TeamStats: TeamStatsResolvers = {
  team: ({ key: id }) => ({ id }),
  previousTotals: (row, _args, context) => previousTotalsOf(row, context),
};

export const LabelStats: LabelStatsResolvers = {
  label: ({ key: id }) => ({ id }),
  previousTotals: (row, _args, context) => previousTotalsOf(row, context),
};

/** Asked for all that are shown beside it at once. */
async function previousTotalsOf({ key, by, keys, of }: GroupRow, { dashboards }: Context): Promise<Totals> {
  const groups = await dashboards.groups(of.scope, spanBefore(of.span), by, { keys });
  return groups.find((group) => group.key === key)?.totals ?? nothing;
}

async function timeOf({ key, of }: GroupRow, { dashboards }: Context) {
  const times = await dashboards.agentTimes(of.scope, of.span);
  return times.find(({ agentId }) => agentId === key);
}
