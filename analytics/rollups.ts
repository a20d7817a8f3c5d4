/** The tables that dashboards read: the same sums, by ever longer buckets. Each is filled from `analytics.events`. */
export interface Rollup {
  readonly table: string;
  /** The bucket of `at`, which is UTC. */
  readonly bucketOf: string;
  readonly bucketMs: number;
}

export const byMinute: Rollup = { table: 'analytics.by_minute', bucketOf: 'toStartOfMinute(at)', bucketMs: 60_000 };
export const byHour: Rollup = { table: 'analytics.by_hour', bucketOf: 'toStartOfHour(at)', bucketMs: 3_600_000 };
export const byDay: Rollup = { table: 'analytics.by_day', bucketOf: 'toStartOfDay(at)', bucketMs: 86_400_000 };

export const rollups: readonly Rollup[] = [byMinute, byHour, byDay];

/** What a rollup tells apart, by the names that the columns have in `analytics.events` too. */
export const dimensions: readonly string[] = ['platform', 'channel_id', 'agent_id', 'team_id'];

const resolved = `type = 'conversation.status.changed' AND status_to = 'RESOLVED'`;
const sent = `type = 'conversation.message.created' AND direction = 'OUTBOUND' AND NOT is_private`;

/** What each column of a rollup counts. */
export const measures: Readonly<Record<string, string>> = {
  events: 'count()',
  opened: `countIf(type = 'conversation.opened')`,
  resolved: `countIf(${resolved})`,
  resolved_by_bot: `countIf(${resolved} AND NOT touched_by_agent)`,
  received: `countIf(type = 'conversation.message.created' AND direction = 'INBOUND')`,
  sent: `countIf(${sent})`,
  bot_messages: `countIf(${sent} AND author_kind = 'BOT')`,
  delivery_failures: `countIf(type = 'conversation.message.updated' AND delivery_status = 'FAILED')`,
  first_response_count: 'count(first_response_seconds)',
  first_response_sum: 'ifNull(sum(first_response_seconds), 0)',
  first_response_quantiles: 'quantilesTDigestState(0.5, 0.9, 0.95)(first_response_seconds)',
  resolution_count: 'count(resolution_seconds)',
  resolution_sum: 'ifNull(sum(resolution_seconds), 0)',
  resolution_quantiles: 'quantilesTDigestState(0.5, 0.9, 0.95)(resolution_seconds)',
};
