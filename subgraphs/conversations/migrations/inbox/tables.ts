import { protectTable } from '#platform/postgres/tenantTable.ts';

/** Every key begins with the company, as every question does. */
export const tables = [
  // The two counts are kept by triggers, see below; `fully_read_count` counts the company's active conversations (not
  // resolved, with something inbound) that this agent has read to the end.
  `create table conversations.agents (
    company_id uuid not null,
    id uuid not null,
    name text not null,
    email text not null,
    role text not null check (role in ('AGENT', 'SUPERVISOR', 'ADMIN')),
    open_conversation_count int not null default 0,
    fully_read_count int not null default 0,
    primary key (company_id, id)
  )`,
  `create unique index agents_email on conversations.agents (company_id, lower(email))`,

  `create table conversations.teams (
    company_id uuid not null,
    id uuid not null,
    name text not null,
    primary key (company_id, id),
    constraint teams_name unique (company_id, name)
  )`,

  `create table conversations.team_members (
    company_id uuid not null,
    team_id uuid not null,
    agent_id uuid not null,
    primary key (company_id, team_id, agent_id),
    foreign key (company_id, team_id) references conversations.teams,
    foreign key (company_id, agent_id) references conversations.agents
  )`,

  `create table conversations.labels (
    company_id uuid not null,
    id uuid not null,
    name text not null,
    color text not null check (color ~ '^#[0-9a-f]{6}$'),
    primary key (company_id, id),
    constraint labels_name unique (company_id, name)
  )`,

  `create table conversations.contacts (
    company_id uuid not null,
    id uuid not null,
    name text,
    email text,
    phone text,
    attributes jsonb not null default '{}',
    search tsvector not null default '',
    created_at timestamptz(3) not null default now(),
    primary key (company_id, id)
  )`,
  `create index contacts_search on conversations.contacts using gin (search)`,

  // The platform comes with the event and stays here: nobody has to ask the channels context for it.
  `create table conversations.contact_identities (
    company_id uuid not null,
    id uuid not null,
    contact_id uuid not null,
    channel_id uuid not null,
    platform text not null,
    external_id text not null,
    thread_external_id text not null,
    display_name text,
    username text,
    language_code text,
    primary key (company_id, id),
    constraint contact_identities_external unique (company_id, channel_id, external_id),
    foreign key (company_id, contact_id) references conversations.contacts
  )`,
  `create index contact_identities_contact on conversations.contact_identities (company_id, contact_id)`,

  // What a row of the inbox shows stands on the row: a page of the list is one read.
  `create table conversations.conversations (
    company_id uuid not null,
    id uuid not null,
    number int not null,
    contact_id uuid not null,
    identity_id uuid not null,
    channel_id uuid not null,
    platform text not null,
    status text not null check (status in ('PENDING', 'OPEN', 'SNOOZED', 'RESOLVED')),
    priority text not null default 'NORMAL' check (priority in ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
    assignee_id uuid,
    team_id uuid,
    bot_enabled boolean not null default false,
    snoozed_until timestamptz(3) check (snoozed_until is null or status = 'SNOOZED'),
    waiting_since timestamptz(3),
    first_replied_at timestamptz(3),
    touched_by_agent boolean not null default false,
    opened_at timestamptz(3) not null,
    resolved_at timestamptz(3) check ((resolved_at is not null) = (status = 'RESOLVED')),
    last_activity_at timestamptz(3) not null,
    last_message_id uuid,
    message_count int not null default 0,
    inbound_count int not null default 0,
    created_at timestamptz(3) not null,
    primary key (company_id, id),
    constraint conversations_number unique (company_id, number),
    foreign key (company_id, contact_id) references conversations.contacts,
    foreign key (company_id, identity_id) references conversations.contact_identities,
    foreign key (company_id, assignee_id) references conversations.agents,
    foreign key (company_id, team_id) references conversations.teams
  )`,
  // However many processes handle one contact's messages at once: one conversation goes on.
  `create unique index conversations_one_active on conversations.conversations (company_id, identity_id)
    where status <> 'RESOLVED'`,
  // The list, one index for each filter that can be rare; unread, platform and priority are checked while walking these.
  `create index conversations_activity on conversations.conversations (company_id, last_activity_at, id)`,
  `create index conversations_active on conversations.conversations (company_id, last_activity_at, id)
    where status <> 'RESOLVED'`,
  `create index conversations_status on conversations.conversations (company_id, status, last_activity_at, id)`,
  `create index conversations_assignee on conversations.conversations (company_id, assignee_id, last_activity_at, id)
    where assignee_id is not null`,
  `create index conversations_unassigned on conversations.conversations (company_id, last_activity_at, id)
    where assignee_id is null`,
  `create index conversations_team on conversations.conversations (company_id, team_id, last_activity_at, id)
    where team_id is not null`,
  `create index conversations_channel on conversations.conversations (company_id, channel_id, last_activity_at, id)`,
  `create index conversations_contact on conversations.conversations (company_id, contact_id, last_activity_at, id)`,
  `create index conversations_due on conversations.conversations (snoozed_until) where status = 'SNOOZED'`,

  `create table conversations.conversation_labels (
    company_id uuid not null,
    conversation_id uuid not null,
    label_id uuid not null,
    primary key (company_id, conversation_id, label_id),
    foreign key (company_id, conversation_id) references conversations.conversations,
    foreign key (company_id, label_id) references conversations.labels
  )`,
  `create index conversation_labels_label on conversations.conversation_labels (company_id, label_id, conversation_id)`,

  // inbound_ordinal: how many inbound messages the conversation had with this one, so that "read up to here" is a number.
  `create table conversations.messages (
    company_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    channel_id uuid not null,
    direction text not null check (direction in ('INBOUND', 'OUTBOUND')),
    author_kind text not null check (author_kind in ('CONTACT', 'AGENT')),
    author_id uuid not null,
    is_private boolean not null default false,
    text text,
    attachments jsonb not null default '[]',
    reply_to_id uuid,
    status text not null check (status in ('RECEIVED', 'QUEUED', 'SENT', 'DELIVERED', 'READ', 'FAILED')),
    failure jsonb,
    external_id text,
    inbound_ordinal int not null,
    idempotency_key text,
    search tsvector not null default '',
    created_at timestamptz(3) not null,
    edited_at timestamptz(3),
    deleted_at timestamptz(3),
    primary key (company_id, id),
    foreign key (company_id, conversation_id) references conversations.conversations,
    foreign key (company_id, reply_to_id) references conversations.messages
  )`,
  `create index messages_conversation on conversations.messages (company_id, conversation_id, created_at, id)`,
  `create unique index messages_external on conversations.messages (company_id, channel_id, external_id)
    where external_id is not null`,
  `create unique index messages_idempotency on conversations.messages (company_id, author_id, idempotency_key)
    where idempotency_key is not null`,
  `create index messages_search on conversations.messages using gin (search)`,

  // By conversation first: the write that brings a message asks for everybody's marks on it.
  `create table conversations.read_marks (
    company_id uuid not null,
    conversation_id uuid not null,
    agent_id uuid not null,
    read_inbound_count int not null,
    read_at timestamptz(3) not null,
    primary key (company_id, conversation_id, agent_id),
    foreign key (company_id, conversation_id) references conversations.conversations,
    foreign key (company_id, agent_id) references conversations.agents
  )`,

  `create table conversations.company_counters (
    company_id uuid not null primary key,
    last_number int not null default 0,
    open_count int not null default 0,
    pending_count int not null default 0,
    snoozed_count int not null default 0,
    unassigned_count int not null default 0,
    active_inbound_count int not null default 0
  )`,
];

const tenantTables = [
  'agents',
  'teams',
  'team_members',
  'labels',
  'contacts',
  'contact_identities',
  'conversations',
  'conversation_labels',
  'messages',
  'read_marks',
  'company_counters',
];

export const policies = tenantTables.flatMap((table) => protectTable(`conversations.${table}`));
