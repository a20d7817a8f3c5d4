import type { Client } from 'pg';
import { v7 } from 'uuid';
import type { Platform } from '#schema/events/values.ts';
import { searchVector } from '../text/searchWords.ts';
import { names, sayings } from './wording.ts';

const SAYINGS = 6_000;
const NAMES = 15_000;
const DAYS = 730;

/** Where a company's conversations come from and whom they go to; all of it has to be there already. */
export interface Company {
  readonly companyId: string;
  readonly agentIds: readonly string[];
  readonly teamIds: readonly string[];
  readonly labelIds: readonly string[];
  readonly channels: readonly { readonly id: string; readonly platform: Platform }[];
}

/**
 * Gives a company two years of conversations, ten messages each, made inside PostgreSQL: nine in ten resolved, the others at
 * the end; some customers with several; statuses, assignees, teams, labels, priorities and read marks as in a company at
 * work. The same numbers give the same conversations, but for ids and times.
 *
 * @param admin As superuser: foreign keys of messages are not checked, which takes longer than everything else.
 * @param options.progress Takes the name of each step as it begins.
 */
export async function fillInbox(
  admin: Client,
  company: Company,
  options: { readonly conversations: number; readonly progress?: (step: string) => void },
): Promise<void> {
  const { progress = () => undefined } = options;
  await stageWords(admin, company);
  for (const [step, text, values] of steps(company, options.conversations)) {
    progress(step);
    await admin.query(text, [...values]);
  }
  progress('messages');
  await withoutIndexes(admin, 'messages', async () => {
    await admin.query(`set session_replication_role = replica`);
    await admin.query(addMessages, [company.companyId, company.agentIds]);
    await admin.query(`reset session_replication_role`);
    progress('indexes');
  });
  progress('read marks');
  await admin.query(addMarks, [company.companyId, company.agentIds]);
  await admin.query('drop table staged_conversations, staged_sayings, staged_names');
  progress('statistics');
  await admin.query('vacuum analyze');
}

/** The words of each text are made here, as the service makes them. */
async function stageWords(admin: Client, { companyId }: Company): Promise<void> {
  for (const [table, texts] of [
    ['staged_sayings', sayings(SAYINGS)],
    ['staged_names', names(NAMES)],
  ] as const) {
    const rows = texts.map((text, index) => ({ n: index, text, words: searchVector(companyId, text) }));
    await admin.query(`create temp table ${table} (n int primary key, text text, search tsvector)`);
    await admin.query(
      `insert into ${table} select n, text, array_to_tsvector(array(select jsonb_array_elements_text(words)))
       from jsonb_to_recordset($1::jsonb) as s (n int, text text, words jsonb)`,
      [JSON.stringify(rows)],
    );
    await admin.query(`analyze ${table}`);
  }
}

/** Something between 0 and `below` that is always the same for the same number, and unlike that of another salt. */
const chance = (n: string, salt: number, below: number | string) =>
  `(hashint8extended((${n})::bigint, ${String(salt)}) & 2147483647) % ${String(below)}`;
const pickFrom = (array: string, n: string, salt: number) =>
  `${array}[1 + (${chance(n, salt, `cardinality(${array})`)})::int]`;

type Step = readonly [name: string, text: string, values: readonly unknown[]];

function steps(company: Company, count: number): Step[] {
  const { companyId, agentIds, teamIds, labelIds, channels } = company;
  const contacts = Math.ceil(count * 0.6);
  return [
    [
      'people',
      `create temp table staged_conversations as
       select n, c.*, uuidv7(opened_at - now()) as id, uuidv7(last_activity_at - now()) as last_message_id,
         case when n <= ${String(contacts)} then n else n - ${String(contacts)} end as person
       from generate_series(1, ${String(count)}) n
       cross join lateral (
         select now() - make_interval(days => ${String(DAYS)}) * (1 - n / ${String(count)}.0) - interval '4 days'
           + make_interval(secs => ${chance('n', 1, 3_600)}) as began,
           case when ${chance('n', 2, 100)} < 50 then 2 + ${chance('n', 3, 5)}
             when ${chance('n', 2, 100)} < 85 then 7 + ${chance('n', 3, 9)} else 16 + ${chance('n', 3, 25)} end as size
       ) o
       cross join lateral (
         select date_trunc('milliseconds', began) as opened_at, size as messages,
           date_trunc('milliseconds', began + make_interval(secs => 60 * size + ${chance('n', 4, 86_400 * 3)}))
             as last_activity_at,
           case when n <= ${String(count * 0.88)} and ${chance('n', 5, 500)} > 0 then 'RESOLVED'
             when n between ${String(Math.floor(count * 0.4))} and ${String(contacts)} then 'OPEN'
             when n <= ${String(count * 0.88)} then 'RESOLVED'
             when ${chance('n', 6, 100)} < 55 then 'OPEN' when ${chance('n', 6, 100)} < 72 then 'SNOOZED'
             when ${chance('n', 6, 100)} < 84 then 'PENDING' else 'RESOLVED' end as status
       ) c`,
      [],
    ],
    [
      'contacts',
      `insert into conversations.contacts (company_id, id, name, email, phone, detail_words, search, created_at)
       select $1, uuidv7(s.opened_at - now()), w.text, email, phone, words, w.search || array_to_tsvector(words), s.opened_at
       from staged_conversations s join staged_names w on w.n = ${chance('s.n', 7, NAMES)}
       cross join lateral (
         select case when s.n % 2 = 0 then 'customer.' || s.n || '@mail' || s.n % 40 || '.example' end as email,
           case when s.n % 3 = 0 then '+49 170 ' || 1000000 + s.n end as phone
       ) d
       cross join lateral (
         select array(
           select right($1::uuid::text, 8) || word
           from unnest(regexp_split_to_array(email, '[.@]') || array[digits, substr(digits, 2), substr(digits, 3), substr(digits, 4)])
             word
           where word is not null
         ) as words
         from (select regexp_replace(phone, '\\D', '', 'g') as digits) p
       ) details
       where s.n = s.person order by s.n`,
      [companyId],
    ],
    [
      'identities',
      `alter table staged_conversations add column contact_id uuid, add column identity_id uuid, add column channel int`,
      [],
    ],
    [
      'identities',
      `update staged_conversations s set contact_id = k.id, identity_id = k.id,
         channel = 1 + ${chance('s.person', 8, channels.length)}
       from (select id, row_number() over (order by created_at, id) as n
             from conversations.contacts where company_id = $1) k where k.n = s.person`,
      [companyId],
    ],
    [
      'identities',
      `insert into conversations.contact_identities (company_id, id, contact_id, channel_id, platform, external_id,
         thread_external_id, display_name, last_inbound_at)
       select $1, identity_id, contact_id, ($2::uuid[])[channel], ($3::text[])[channel], 'person-' || n, 'thread-' || n,
         'person ' || n, last_activity_at
       from staged_conversations where n = person`,
      [companyId, channels.map(({ id }) => id), channels.map(({ platform }) => platform)],
    ],
    [
      'conversations',
      `insert into conversations.company_counters (company_id, last_number) values ($1, $2)`,
      [companyId, count],
    ],
    [
      'conversations',
      `insert into conversations.conversations (company_id, id, number, contact_id, identity_id, channel_id, platform, status,
         priority, assignee_id, team_id, snoozed_until, waiting_since, first_replied_at, touched_by_agent, opened_at,
         resolved_at, last_activity_at, last_message_id, message_count, inbound_count, created_at)
       select $1, id, n, contact_id, identity_id, ($2::uuid[])[channel], ($3::text[])[channel], status,
         case ${chance('n', 9, 20)} when 0 then 'URGENT' when 1 then 'HIGH' when 2 then 'HIGH' when 3 then 'LOW'
           else 'NORMAL' end,
         case when status <> 'PENDING' and ${chance('n', 10, 10)} < 7 then ${pickFrom('($4::uuid[])', 'n', 11)} end,
         case when ${chance('n', 12, 10)} < 7 then ${pickFrom('($5::uuid[])', 'n', 13)} end,
         case when status = 'SNOOZED' then now() + interval '30 days' end,
         case when status = 'OPEN' and messages % 2 = 1 then last_activity_at end,
         opened_at + interval '5 minutes', true, opened_at,
         case when status = 'RESOLVED' then last_activity_at end, last_activity_at, last_message_id, messages,
         (messages + 1) / 2, opened_at
       from staged_conversations order by n`,
      [companyId, channels.map(({ id }) => id), channels.map(({ platform }) => platform), agentIds, teamIds],
    ],
    [
      'labels',
      // The first labels are on many, the last on few.
      `insert into conversations.conversation_labels (company_id, conversation_id, label_id)
       select distinct $1::uuid, s.id, ($2::uuid[])[1 + least(${chance('s.n', 14, 'cardinality($2::uuid[])')},
         ${chance('s.n + i', 15, 'cardinality($2::uuid[])')})::int]
       from staged_conversations s, generate_series(1, 2) i where ${chance('s.n', 16, 10)} < 4`,
      [companyId, labelIds],
    ],
  ];
}

const addMessages = `
  insert into conversations.messages (company_id, id, conversation_id, channel_id, direction, author_kind, author_id, is_private,
    text, status, external_id, inbound_ordinal, search, created_at)
  select c.company_id, case when i = s.messages then s.last_message_id else uuidv7(at - now()) end, c.id, c.channel_id,
    case when i % 2 = 1 then 'INBOUND' else 'OUTBOUND' end, case when i % 2 = 1 then 'CONTACT' else 'AGENT' end,
    case when i % 2 = 1 then c.contact_id else coalesce(c.assignee_id, ${pickFrom('($2::uuid[])', 's.n', 23)}) end,
    i % 2 = 0 and ${chance('key', 17, 30)} = 0,
    case when ${chance('key', 18, 10)} < 3 then w.text || ' k' || ${chance('key', 19, 400_000)} else w.text end,
    case when i % 2 = 1 then 'RECEIVED' else 'READ' end, case when i % 2 = 1 then 'x' || key end, (i + 1) / 2,
    case when ${chance('key', 18, 10)} < 3
      then w.search || array_to_tsvector(array[right(c.company_id::text, 8) || 'k' || ${chance('key', 19, 400_000)}])
      else w.search end,
    date_trunc('milliseconds', at)
  from staged_conversations s
  join conversations.conversations c on c.company_id = $1 and c.id = s.id
  cross join lateral (
    select i, s.n * 100::bigint + i as key,
      s.opened_at + (s.last_activity_at - s.opened_at) * (i / s.messages::float8) as at
    from generate_series(1, s.messages::int) i
  ) m
  join staged_sayings w on w.n = ${chance('key', 20, SAYINGS)}
  order by at`;

// Three agents have looked at a conversation; what is new in open ones, most of them have not read.
const addMarks = `
  insert into conversations.read_marks (company_id, conversation_id, agent_id, read_inbound_count, read_at)
  select distinct on (s.id, agent) $1::uuid, s.id, agent,
    case when s.status = 'RESOLVED' or ${chance('s.n + i', 21, 3)} = 0 then (s.messages + 1) / 2
      else greatest(1, (s.messages + 1) / 2 - 1) end, s.last_activity_at
  from staged_conversations s, generate_series(1, 3) i,
    lateral (select ($2::uuid[])[1 + (${chance('s.n * 3 + i', 22, 'cardinality($2::uuid[])')})::int] as agent) a`;

/** Rows first, then the indexes at once, the primary key left alone. */
async function withoutIndexes(admin: Client, table: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await admin.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = $1::regclass and not indisprimary`,
    [`conversations.${table}`],
  );
  for (const { name } of rows) await admin.query(`drop index ${name}`);
  await work();
  await admin.query(`set maintenance_work_mem = '512MB'`);
  for (const { definition } of rows) await admin.query(definition);
  await admin.query('reset maintenance_work_mem');
}

/** Ids for a company of that size, on the five platforms. */
export function newCompany({
  agents,
  teams,
  labels,
}: Readonly<Record<'agents' | 'teams' | 'labels', number>>): Company {
  const ids = (count: number) => Array.from({ length: count }, () => v7());
  const platforms = ['TELEGRAM', 'WHATSAPP', 'MESSENGER', 'INSTAGRAM', 'WEB_CHAT'] as const;
  return {
    companyId: v7(),
    agentIds: ids(agents),
    teamIds: ids(teams),
    labelIds: ids(labels),
    channels: platforms.map((platform) => ({ id: v7(), platform })),
  };
}
