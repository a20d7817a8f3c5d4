import { byDay, byHour, byMinute, byWeek, type Grain } from './grains.ts';

/** How rows are parted by months, which are told as `toYYYYMM` tells them. */
export interface Partitions {
  /** Where a month is. */
  readonly of: (month: number) => number;
  /** All months that are there. */
  readonly months: (partition: number) => readonly number[];
}

/** Rows that are filled from `analytics.events`, and say in each up to which position it has counted. */
export interface FilledRows {
  readonly table: string;
  /** Which rows of the table it is about, as a condition; the others are filled by themselves. */
  readonly rows: string;
  /** Beside `last_position`, which is the last one. */
  readonly columns: readonly string[];
  /** Of which events rows come, as a condition. */
  readonly events: string;
  /** The rows that come of some events: of a FROM clause, maybe with a WHERE. */
  readonly select: (from: string) => string;
}

/** Those that no insert leaves apart: they are in the same partitions. */
export interface Filled extends FilledRows {
  /** Its name, as progress tells it. */
  readonly name: string;
  readonly partitions: Partitions;
}

/** The same sums by each of the grains. */
export const ROLLUPS = 'analytics.sums';

/** In how many cubes each event is counted once. */
export const WHOLE_CUBES = 4;

/**
 * By what a rollup's sums are kept apart. Every event is counted once in each cube; in `label` once for each of its labels. What a cube
 * does not know is empty there. So the figures of all agents over a year are a row for each of them and day, however
 * many channels, teams and labels they had to do with, and only who asks for several things at once reads `full`.
 */
export const cubes = {
  channel: ['platform', 'channel_id'],
  agent: ['agent_id'],
  team: ['team_id'],
  label: ['labels'],
  full: ['platform', 'channel_id', 'agent_id', 'team_id', 'labels'],
} as const;
export type Cube = keyof typeof cubes;

const resolved = `type = 'conversation.status.changed' AND status_to = 'RESOLVED'`;
const sent = `type = 'conversation.message.created' AND direction = 'OUTBOUND' AND NOT is_private`;
const became = (status: string) => `type = 'conversation.message.updated' AND delivery_status = '${status}'`;

const handedOver = `type = 'conversation.handed_over'`;
const rated = (column: 'status_from' | 'status_to', rating: string) =>
  `type = 'conversation.answer.rated' AND ${column} = '${rating}'`;

/** What is counted, column by column: the events for which this is so. */
export const counters = {
  events: '1',
  opened: `type = 'conversation.opened'`,
  resolved,
  resolved_by_bot: `${resolved} AND NOT touched_by_agent`,
  received: `type = 'conversation.message.created' AND direction = 'INBOUND'`,
  sent,
  bot_messages: `${sent} AND author_kind = 'BOT'`,
  labelled: `type = 'conversation.changed' AND notEmpty(added_labels)`,
  dispatched: became('SENT'),
  delivered: became('DELIVERED'),
  seen: became('READ'),
  delivery_failures: became('FAILED'),
  handed_over: handedOver,
  unanswered: `${handedOver} AND unanswered`,
  rated_good: rated('status_to', 'GOOD'),
  rated_bad: rated('status_to', 'BAD'),
  // Sums only grow: what agents no longer say is counted by itself, and taken off where figures are read.
  unrated_good: rated('status_from', 'GOOD'),
  unrated_bad: rated('status_from', 'BAD'),
} as const;
export type Counter = keyof typeof counters;

/**
 * What is measured in seconds, each from its column of `analytics.events`: null where the event has nothing of it. It is counted
 * for the agent of the event, but handling for who handled.
 */
export const durations = [
  'first_response',
  'first_response_business',
  'next_response',
  'next_response_business',
  'resolution',
  'resolution_business',
  'queue_wait',
  'queue_wait_business',
  'handling',
] as const;
export type Duration = (typeof durations)[number];

/** Begins the measure by which hand-overs are counted for a reason; they take no time. */
export const HAND_OVER = 'hand_over:';

const nobody = `toUUID('00000000-0000-0000-0000-000000000000')`;
const noLabels = `CAST([], 'Array(UUID)')`;

/** What an event says: that it was, and how long things took. Its counters are in the rows without a measure. */
const measured = durations
  .map((name) => {
    const agent = name === 'handling' ? 'handling_agent_id' : 'agent_id';
    return `('${name}', ifNull(${name}_seconds, -1.), ${agent})`;
  })
  .join(', ');
const facets = `arrayConcat(
  [('', 0., agent_id)],
  arrayFilter(one -> one.2 >= 0, [${measured}, (concat('${HAND_OVER}', reason), if(${handedOver}, 0., -1.), agent_id)])
)`;

/** Where it is counted: the row of `full` that it belongs to, and those of the other cubes. */
const cells = `arrayConcat(
  [
    ('channel', channel_platform, channel, ${nobody}, ${nobody}, ${noLabels}),
    ('agent', '', ${nobody}, agent, ${nobody}, ${noLabels}),
    ('team', '', ${nobody}, ${nobody}, team, ${noLabels}),
    ('full', channel_platform, channel, agent, team, all_labels)
  ],
  arrayMap(one -> ('label', '', ${nobody}, ${nobody}, ${nobody}, [one]), all_labels)
)`;

const keys = [
  'company_id',
  'cube',
  'grain',
  'measure',
  'bucket',
  'platform',
  'channel_id',
  'agent_id',
  'team_id',
  'labels',
] as const;
const names = Object.keys(counters) as Counter[];

/** Of each grain in one pass over the events, first by the finest of them, which is the first. */
function sumsOf([finest, ...others]: readonly [Grain, ...Grain[]]): FilledRows {
  const all = [finest, ...others];
  const buckets = all.map((grain) => `('${grain.name}', ${grain === finest ? 'start' : grain.bucketOf('start')})`);
  return {
    table: ROLLUPS,
    rows: `grain IN (${all.map(({ name }) => `'${name}'`).join(', ')})`,
    columns: [...keys, ...names, 'n', 'total', 'quantiles', 'expires_at', 'last_position'],
    events: '1',
    // First by everything that any cube knows, and only then by each cube and grain: events that happened together are put into them at once.
    // Times stay a list until then, for a digest of each that is merged takes more than all of the rest.
    select: (
      from,
    ) => `SELECT company_id, cell.1 AS cube, bucket_of.1 AS grain, measure, bucket_of.2 AS bucket, cell.2 AS platform,
        cell.3 AS channel_id, cell.4 AS agent_id, cell.5 AS team_id, cell.6 AS labels,
        ${names.map((counter) => `sum(sum_${counter}) AS ${counter}`).join(', ')},
        sum(length(times)) AS n, sum(arraySum(times)) AS total,
        quantilesTDigestStateArray(0.5, 0.9, 0.95)(times) AS quantiles,
        max(figures_expire_at) AS expires_at, max(upto) AS last_position
      FROM (
        SELECT company_id, facet.1 AS measure, start, channel_platform, channel, facet.3 AS agent, team, all_labels,
          ${names.map((counter) => `countIf(is_${counter} AND measure = '') AS sum_${counter}`).join(', ')},
          groupArrayIf(facet.2, measure != '') AS times,
          max(expire_at) AS figures_expire_at, max(position) AS upto
        FROM (
          SELECT company_id, ${finest.bucketOf('at')} AS start, toString(platform) AS channel_platform, channel_id AS channel,
            team_id AS team, labels AS all_labels, position, figures_expire_at AS expire_at, ${facets} AS facets,
            ${names.map((counter) => `${counters[counter]} AS is_${counter}`).join(', ')}
          FROM ${from}
        ) ARRAY JOIN facets AS facet
        GROUP BY company_id, measure, start, channel_platform, channel, agent, team, all_labels
      ) ARRAY JOIN ${cells} AS cell ARRAY JOIN [${buckets.join(', ')}] AS bucket_of
      GROUP BY ${keys.join(', ')}`,
  };
}

const months: Partitions = { of: (month) => month, months: (month) => [month] };
const years: Partitions = {
  of: (month) => Math.floor(month / 100),
  months: (year) => Array.from({ length: 12 }, (_, index) => year * 100 + index + 1),
};

/**
 * Each partition's grains by themselves. A year of days and weeks is in one, for it is read at once, and every part that is read costs its
 * beginning. What is written at once is whole in a partition and not in all of them: so after a crash each may stand elsewhere.
 */
export const rollups: readonly Filled[] = [
  { name: 'minutes', partitions: months, ...sumsOf([byMinute]) },
  { name: 'hours', partitions: months, ...sumsOf([byHour]) },
  { name: 'days and weeks', partitions: years, ...sumsOf([byDay, byWeek]) },
];

/**
 * All of them by one statement, so that whoever reads several grains sees the same events in each: their parts are put in place one right after the
 * other. Only for where no grain is ahead of another: what it says of where it stands is of all.
 */
export const allRollups: FilledRows = sumsOf([byMinute, byHour, byDay, byWeek]);

/** What agents were, from when to when. Who is there now, and since when, says `next` of their last row. */
export const presence: Filled = {
  name: 'presence',
  table: 'analytics.presence',
  rows: '1',
  partitions: months,
  columns: ['company_id', 'bucket', 'agent_id', 'state', 'since', 'until', 'next', 'expires_at', 'last_position'],
  events: `type = 'conversation.agent.presence'`,
  select: (from) => `SELECT company_id, at AS bucket, agent_id, presence_before AS state, presence_from AS since,
      presence_until AS until, presence AS next, figures_expire_at AS expires_at, position AS last_position
    FROM ${from}`,
};

/** Everything that is filled from the events. */
export const filled: readonly Filled[] = [...rollups, presence];
