import { column, type BiColumn, type BiView } from './view.ts';

const sum = (name: string, comment: string) => column(name, 'UInt64', comment, `sum(part.${name})`);
const seconds = (name: string, comment: string) => column(name, 'Float64', comment, `sum(part.${name})`);
const NOBODY = `toUUID('00000000-0000-0000-0000-000000000000')`;
const groups = ['bucket', 'platform', 'channel_id', 'agent_id', 'team_id'];

/** Sums of everything that happened, by ever longer buckets: a year of days is read faster than a day of events. */
function activity(unit: 'minute' | 'hour' | 'day'): BiView {
  const columns: BiColumn[] = [
    column('bucket', `DateTime('UTC')`, `The start of the ${unit}, in UTC.`, 'part.bucket'),
    column(
      'platform',
      'String',
      'MESSENGER, INSTAGRAM, TELEGRAM, WHATSAPP or WEB_CHAT.',
      `CAST(part.platform, 'String')`,
    ),
    column('channel_id', 'UUID', 'The connected account.', 'part.channel_id'),
    column(
      'agent_id',
      'Nullable(UUID)',
      'Who wrote or was assigned. Empty for nobody.',
      `nullIf(part.agent_id, ${NOBODY})`,
    ),
    column('team_id', 'Nullable(UUID)', 'The team. Empty for none.', `nullIf(part.team_id, ${NOBODY})`),
    sum('events', 'How much happened, of any kind.'),
    sum('opened', 'Conversations opened.'),
    sum('resolved', 'Conversations resolved.'),
    sum('resolved_by_bot', 'Those of resolved that no person touched.'),
    sum('received', 'Messages of contacts.'),
    sum('sent', 'Messages to contacts, without notes.'),
    sum('bot_messages', 'Those of sent that a bot wrote.'),
    sum('delivery_failures', 'Messages that could not be delivered.'),
    sum('first_response_count', 'First answers.'),
    seconds('first_response_sum', 'Seconds until those, together: divided by first_response_count the average.'),
    sum('resolution_count', 'Resolutions whose time was taken.'),
    seconds('resolution_sum', 'Seconds until those, together: divided by resolution_count the average.'),
  ];
  return {
    name: `activity_by_${unit}`,
    comment: `What happened by ${unit}, platform, channel, agent and team, added up: for long ranges.`,
    source: `analytics.by_${unit} AS part`,
    columns,
    groupBy: groups,
  };
}

export const activities: readonly BiView[] = [activity('minute'), activity('hour'), activity('day')];
