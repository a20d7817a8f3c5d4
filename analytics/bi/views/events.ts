import { column, type BiColumn, type BiView } from './view.ts';

const NOBODY = `'00000000-0000-0000-0000-000000000000'`;
const known = (name: string) => `nullIf(${name}, toUUID(${NOBODY}))`;
const id = (name: string, comment: string) => column(name, 'UUID', comment);
const idOrNull = (name: string, comment: string) => column(name, 'Nullable(UUID)', comment, known(name));
const word = (name: string, comment: string) => column(name, 'String', comment, `CAST(${name}, 'String')`);

const at = column('at', `DateTime64(3, 'UTC')`, 'When it happened, in UTC.');
const place: readonly BiColumn[] = [
  id('conversation_id', 'The conversation; its id in the graph.'),
  idOrNull('contact_id', 'Who wrote to the company; empty after the contact was erased.'),
  id('channel_id', 'The connected account that the conversation runs over.'),
  word('platform', 'MESSENGER, INSTAGRAM, TELEGRAM, WHATSAPP or WEB_CHAT.'),
];
const who: readonly BiColumn[] = [
  idOrNull(
    'agent_id',
    'Who wrote the message; for everything else, to whom the conversation was assigned. Empty for nobody.',
  ),
  idOrNull('team_id', 'The team that the conversation was with. Empty for none.'),
];
const seconds = (name: string, comment: string) => column(name, 'Nullable(Float64)', comment);

export const events: BiView = {
  name: 'events',
  comment:
    'Everything that happened to conversations, a row each. The other views say the same in fewer rows or plainer words.',
  source: 'analytics.events',
  columns: [
    at,
    id('event_id', 'The event’s own id.'),
    word('type', 'What happened, such as conversation.opened or conversation.message.created.'),
    word('actor_kind', 'Who did it: agent, contact, bot, partner, system and the like.'),
    ...place,
    ...who,
    idOrNull('message_id', 'The message that it is about. Empty where it is about none.'),
    word('direction', 'INBOUND or OUTBOUND for messages, else empty.'),
    word('author_kind', 'CONTACT, AGENT, BOT, CHANNEL (past the inbox), PARTNER or SYSTEM for messages, else empty.'),
    column('is_private', 'Bool', 'Whether the message is a note that only agents see.'),
    word('status_from', 'The conversation’s status before, where it changed; of a rating, the one before.'),
    word('status_to', 'The conversation’s status after, where it changed; of a rating, what it is now.'),
    word('delivery_status', 'How far the message has come, where that is what happened.'),
    word('failure_code', 'Why it was not delivered, as the platform says.'),
    word('reason', 'Why the bot left it to people, where that is what happened.'),
    column(
      'unanswered',
      'Bool',
      'Whether the bot left it to people over a question which the company’s documents do not answer.',
    ),
    seconds('first_response_seconds', 'From the contact’s first message to this answer, where this is the first.'),
    seconds('resolution_seconds', 'From opening to this resolution, where it is one.'),
  ],
};

export const messages: BiView = {
  name: 'messages',
  comment: 'A row for each message, notes of agents among them. What was written is not here.',
  source: 'analytics.events',
  where: `type = 'conversation.message.created'`,
  columns: [
    at,
    id('message_id', 'The message; its id in the graph.'),
    ...place,
    ...who,
    word('direction', 'INBOUND from the contact, OUTBOUND to the contact.'),
    word('author_kind', 'CONTACT, AGENT, BOT, CHANNEL (written past the inbox), PARTNER or SYSTEM.'),
    column('is_private', 'Bool', 'Whether it is a note that only agents see.'),
    seconds('first_response_seconds', 'From the contact’s first message to this answer, where this is the first.'),
  ],
};

export const deliveries: BiView = {
  name: 'deliveries',
  comment: 'A row for each step of a message on its way to the contact: sent, delivered, read, failed.',
  source: 'analytics.events',
  where: `type = 'conversation.message.updated'`,
  columns: [
    at,
    id('message_id', 'The message; its id in the graph.'),
    ...place,
    column('status', 'String', 'SENT, DELIVERED, READ or FAILED.', `CAST(delivery_status, 'String')`),
    word('failure_code', 'Why it was not delivered, as the platform says; else empty.'),
  ],
};

export const ratings: BiView = {
  name: 'ratings',
  comment: 'What agents said of answers of the bot: a row for each time that one said something else than before.',
  source: 'analytics.events',
  where: `type = 'conversation.answer.rated'`,
  columns: [
    at,
    id('message_id', 'The answer; its id in the graph as a message.'),
    ...place,
    idOrNull('agent_id', 'Who said it.'),
    idOrNull('team_id', 'The team that the conversation was with. Empty for none.'),
    column('rating', 'String', 'GOOD or BAD; empty for one who says nothing any more.', `CAST(status_to, 'String')`),
    column(
      'previous',
      'String',
      'What they had said before, and no longer say; else empty.',
      `CAST(status_from, 'String')`,
    ),
  ],
};

const resolved = `type = 'conversation.status.changed' AND status_to = 'RESOLVED'`;
const created = `type = 'conversation.message.created'`;
const toContact = `${created} AND direction = 'OUTBOUND' AND NOT is_private`;
const organised = `type IN ('conversation.opened', 'conversation.assigned', 'conversation.changed', 'conversation.status.changed')`;
const count = (name: string, condition: string, comment: string) =>
  column(name, 'UInt64', comment, `countIf(${condition})`);

export const conversations: BiView = {
  name: 'conversations',
  comment: 'A row for each conversation as it stands now, from all that happened to it.',
  source: 'analytics.events AS events',
  groupBy: ['conversation_id'],
  columns: [
    id('conversation_id', 'The conversation; its id in the graph.'),
    column(
      'opened_at',
      `Nullable(DateTime64(3, 'UTC'))`,
      'When it was opened first.',
      `minOrNullIf(at, type = 'conversation.opened')`,
    ),
    column('last_event_at', `DateTime64(3, 'UTC')`, 'When something happened to it last.', 'max(at)'),
    column(
      'resolved_at',
      `Nullable(DateTime64(3, 'UTC'))`,
      'When it was resolved last; empty while it never was.',
      `maxOrNullIf(at, ${resolved})`,
    ),
    column(
      'status',
      'String',
      'OPEN, PENDING, SNOOZED or RESOLVED, as it was set last.',
      `if(countIf(status_to != '') = 0, 'OPEN', CAST(argMaxIf(status_to, at, status_to != ''), 'String'))`,
    ),
    column(
      'contact_id',
      'Nullable(UUID)',
      'Who wrote; empty after the contact was erased.',
      `nullIf(any(events.contact_id), toUUID(${NOBODY}))`,
    ),
    column('channel_id', 'UUID', 'The connected account that it runs over.', 'any(events.channel_id)'),
    column(
      'platform',
      'String',
      'MESSENGER, INSTAGRAM, TELEGRAM, WHATSAPP or WEB_CHAT.',
      `CAST(any(events.platform), 'String')`,
    ),
    column(
      'agent_id',
      'Nullable(UUID)',
      'To whom it is assigned. Empty for nobody.',
      `nullIf(argMaxIf(events.agent_id, at, ${organised}), toUUID(${NOBODY}))`,
    ),
    column(
      'team_id',
      'Nullable(UUID)',
      'The team that it is with. Empty for none.',
      `nullIf(argMaxIf(events.team_id, at, ${organised}), toUUID(${NOBODY}))`,
    ),
    count('messages_received', `${created} AND direction = 'INBOUND'`, 'Messages of the contact.'),
    count('messages_sent', toContact, 'Messages to the contact, of agents, bots and programs; without notes.'),
    count('bot_messages', `${toContact} AND author_kind = 'BOT'`, 'Those of messages_sent that a bot wrote.'),
    column(
      'first_response_seconds',
      'Nullable(Float64)',
      'From the contact’s first message to the first answer.',
      'min(events.first_response_seconds)',
    ),
    column(
      'resolution_seconds',
      'Nullable(Float64)',
      'From opening to the resolution; of several, the longest.',
      'max(events.resolution_seconds)',
    ),
    column(
      'touched_by_agent',
      'Bool',
      'Whether an agent had a hand in it before it was resolved.',
      `CAST(max(events.touched_by_agent), 'Bool')`,
    ),
  ],
};
