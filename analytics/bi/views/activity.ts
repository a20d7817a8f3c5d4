import { byDay, byHour, byMinute, type Grain } from '../../grains.ts';
import { ROLLUPS, type Duration } from '../../rollups.ts';
import { column, type BiColumn, type BiView } from './view.ts';

const sum = (name: string, comment: string) => column(name, 'UInt64', comment, `sum(part.${name})`);
/** How often something was measured, and for how many seconds altogether. */
const measured = (name: Duration, what: string): BiColumn[] => [
  column(`${name}_count`, 'UInt64', `${what}: how many.`, `sumIf(part.n, part.measure = '${name}')`),
  column(
    `${name}_sum`,
    'Float64',
    `${what}: seconds, together; divided by ${name}_count the average.`,
    `sumIf(part.total, part.measure = '${name}')`,
  ),
];
const NOBODY = `toUUID('00000000-0000-0000-0000-000000000000')`;
const groups = ['bucket', 'platform', 'channel_id', 'agent_id', 'team_id'];

/** Sums of everything that happened, by ever longer buckets: a year of days is read faster than a day of events. */
function activity(grain: Grain): BiView {
  const unit = grain.name;
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
    sum('dispatched', 'Messages that the platform has taken.'),
    sum('delivered', 'Messages that have reached the contact.'),
    sum('seen', 'Messages that the contact has read.'),
    sum('handed_over', 'How often the bot has left a conversation to people.'),
    sum('unanswered', 'Those of handed_over that were over a question which the company’s documents do not answer.'),
    sum('rated_good', 'How often an agent said of an answer of the bot that it is good.'),
    sum('rated_bad', 'How often an agent said of an answer of the bot that it is bad.'),
    sum('unrated_good', 'How often one who had said that it is good said something else, or nothing any more.'),
    sum('unrated_bad', 'How often one who had said that it is bad said something else, or nothing any more.'),
    ...measured('first_response', 'First answers'),
    ...measured('first_response_business', 'The same in business hours'),
    ...measured('next_response', 'Later answers'),
    ...measured('resolution', 'Resolutions'),
    ...measured('resolution_business', 'The same in business hours'),
    ...measured('queue_wait', 'Conversations that somebody got from the queue'),
    ...measured('handling', 'How long conversations were open with an agent'),
  ];
  return {
    name: `activity_by_${unit}`,
    comment: `What happened by ${unit}, platform, channel, agent and team, added up: for long ranges.`,
    source: `${ROLLUPS} AS part`,
    // One cube, in which every event is once; what agents are is about no channel.
    where: `part.cube = 'full' AND part.grain = '${grain.name}' AND part.platform != ''`,
    columns,
    groupBy: groups,
  };
}

export const activities: readonly BiView[] = [byMinute, byHour, byDay].map(activity);
