import type { ByMonth, Migration } from '../clickhouse/migrate.ts';

const duration = 'Nullable(Float64) CODEC(ZSTD(1))';
const added = [
  `reason LowCardinality(String) COMMENT 'why the bot has left the conversation to people'`,
  'labels Array(UUID) CODEC(ZSTD(1))',
  'added_labels Array(UUID) CODEC(ZSTD(1))',
  `first_response_business_seconds ${duration}`,
  `next_response_seconds ${duration}`,
  `next_response_business_seconds ${duration}`,
  `resolution_business_seconds ${duration}`,
  `queue_wait_seconds ${duration}`,
  `queue_wait_business_seconds ${duration}`,
  `handling_seconds ${duration}`,
  `handling_agent_id UUID COMMENT 'who had the conversation until the event; zeros: nobody'`,
  'presence LowCardinality(String)',
  'presence_before LowCardinality(String)',
  `presence_from DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1))`,
  `presence_until DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1))`,
];

const counted = [
  'events',
  'opened',
  'resolved',
  'resolved_by_bot',
  'received',
  'sent',
  'bot_messages',
  'labelled',
  'dispatched',
  'delivered',
  'seen',
  'delivery_failures',
  'handed_over',
];

/**
 * A company's rows of one cube and measure stand together in the order of time, so that a query reads the sums that it
 * is about and no others. What was counted so far is counted anew from `analytics.events`, by {@link recount}.
 */
function rollup(table: string): string[] {
  return [
    `DROP TABLE IF EXISTS ${table} SYNC`,
    `CREATE TABLE IF NOT EXISTS ${table} (
      company_id UUID,
      cube LowCardinality(String) COMMENT 'what the sums are kept apart by; the other dimensions are empty',
      measure LowCardinality(String) COMMENT 'empty: counts; else what n, total and quantiles are of',
      bucket DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
      platform LowCardinality(String),
      channel_id UUID,
      agent_id UUID,
      team_id UUID,
      labels Array(UUID),
      ${counted.map((name) => `${name} SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))`).join(',\n      ')},
      n SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
      total SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
      quantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95), Float64),
      expires_at SimpleAggregateFunction(max, Date) DEFAULT '2149-06-06' CODEC(ZSTD(1)),
      last_position SimpleAggregateFunction(max, UInt64) CODEC(DoubleDelta, ZSTD(1)),
      INDEX by_position last_position TYPE minmax GRANULARITY 1
    )
    ENGINE = AggregatingMergeTree
    PARTITION BY toYYYYMM(bucket)
    ORDER BY (company_id, cube, measure, bucket, platform, channel_id, agent_id, team_id, labels)
    TTL expires_at
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  ];
}

const nobody = `toUUID('00000000-0000-0000-0000-000000000000')`;
const noLabels = `CAST([], 'Array(UUID)')`;
const resolved = `type = 'conversation.status.changed' AND status_to = 'RESOLVED'`;
const sent = `type = 'conversation.message.created' AND direction = 'OUTBOUND' AND NOT is_private`;
const became = (status: string) => `type = 'conversation.message.updated' AND delivery_status = '${status}'`;
const flags = [
  '1',
  `type = 'conversation.opened'`,
  resolved,
  `${resolved} AND NOT touched_by_agent`,
  `type = 'conversation.message.created' AND direction = 'INBOUND'`,
  sent,
  `${sent} AND author_kind = 'BOT'`,
  '0',
  became('SENT'),
  became('DELIVERED'),
  became('READ'),
  became('FAILED'),
  '0',
];

/**
 * What was written before: neither labels nor the durations that are new with this migration.
 *
 * It was one statement for all months once, which a long history outlasts. That it is cut by month changes how the rows come about and
 * not which, so it is changed here, where it would otherwise never end: a migration is entered once all of it was run, so whoever has it
 * does not run it again and has the same rows, and whoever was cut short begins anew with the tables.
 */
function recount(table: string, bucketOf: string): ByMonth {
  return {
    of: { table: 'analytics.events', time: 'at' },
    ofMonth: (month) => `INSERT INTO ${table}
    SELECT company_id, cell.1 AS cube, facet.1 AS measure, bucket, cell.2 AS platform, cell.3 AS channel_id,
      cell.4 AS agent_id, cell.5 AS team_id, ${noLabels} AS labels,
      ${counted.map((name) => `sum(is_${name}) AS ${name}`).join(', ')},
      countIf(measure != '') AS n, sumIf(facet.2, measure != '') AS total,
      quantilesTDigestStateIf(0.5, 0.9, 0.95)(facet.2, measure != '') AS quantiles,
      max(figures_expire_at) AS expires_at, max(position) AS last_position
    FROM (
      SELECT company_id, ${bucketOf} AS bucket, toString(platform) AS channel_platform, channel_id AS channel,
        agent_id AS agent, team_id AS team, position, figures_expire_at, facet,
        ${flags.map((flag, index) => `toUInt64(facet.1 = '' AND (${flag})) AS is_${counted[index] ?? ''}`).join(', ')}
      FROM analytics.events ARRAY JOIN arrayConcat([('', 0.)], arrayFilter(one -> one.2 >= 0, [
        ('first_response', ifNull(first_response_seconds, -1.)), ('resolution', ifNull(resolution_seconds, -1.))
      ])) AS facet WHERE toYYYYMM(at) = ${String(month)}
    ) ARRAY JOIN [
      ('channel', channel_platform, channel, ${nobody}, ${nobody}),
      ('agent', '', ${nobody}, agent, ${nobody}),
      ('team', '', ${nobody}, ${nobody}, team),
      ('full', channel_platform, channel, agent, team)
    ] AS cell
    WHERE (SELECT count() FROM ${table} WHERE toYYYYMM(bucket) = ${String(month)}) = 0
    GROUP BY company_id, cube, measure, bucket, platform, channel_id, agent_id, team_id
    SETTINGS max_partitions_per_insert_block = 0`,
  };
}

export const figures: Migration = {
  id: 21,
  name: 'figures',
  statements: [
    ...added.map((column) => `ALTER TABLE analytics.events ADD COLUMN IF NOT EXISTS ${column}`),
    ...rollup('analytics.by_minute'),
    ...rollup('analytics.by_hour'),
    ...rollup('analytics.by_day'),
    recount('analytics.by_minute', 'toStartOfMinute(at)'),
    recount('analytics.by_hour', 'toStartOfHour(at)'),
    recount('analytics.by_day', 'toStartOfDay(at)'),
    `CREATE TABLE IF NOT EXISTS analytics.presence (
      company_id UUID,
      bucket DateTime64(3, 'UTC') COMMENT 'when it was told' CODEC(DoubleDelta, ZSTD(1)),
      agent_id UUID,
      state LowCardinality(String) COMMENT 'what the agent was',
      since DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
      until DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
      next LowCardinality(String) COMMENT 'what the agent has been from then on',
      expires_at Date DEFAULT '2149-06-06' CODEC(ZSTD(1)),
      last_position UInt64 CODEC(DoubleDelta, ZSTD(1)),
      INDEX by_position last_position TYPE minmax GRANULARITY 1
    )
    ENGINE = MergeTree
    PARTITION BY toYYYYMM(bucket)
    ORDER BY (company_id, bucket, agent_id)
    TTL expires_at
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
    `CREATE TABLE IF NOT EXISTS analytics.companies (
      company_id UUID, changed_at DateTime64(3, 'UTC'), name String, time_zone String
    )
    ENGINE = ReplacingMergeTree(changed_at)
    ORDER BY company_id
    SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  ],
};
