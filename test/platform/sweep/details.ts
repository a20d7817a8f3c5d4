import type { Words } from './words.ts';

/**
 * What platforms, bots and time bring to a company by and by, put where it is kept: so that every field of the graph has something to
 * give away. `$1` is the company.
 *
 * @param team The name of the one that every conversation is with.
 */
export function details(words: Words, team: string): string[] {
  const ofCompany = 'where company_id = $1';
  const attachment = JSON.stringify({
    id: null,
    kind: 'FILE',
    url: 'https://platform.example/a.pdf',
    platformFileId: null,
    name: words.message,
    mimeType: 'application/pdf',
    size: 3,
    latitude: 1.5,
    longitude: 1.5,
    fileKey: null,
  });
  const failure = `jsonb_build_object('code', 'ODD', 'message', '${words.message}', 'retryable', true)`;
  return [
    `insert into conversations.conversation_labels select c.company_id, c.id, l.id
     from conversations.conversations c join conversations.labels l using (company_id) where c.company_id = $1 on conflict do nothing`,
    `update conversations.conversations set first_replied_at = now(), waiting_since = now(),
       team_id = (select id from conversations.teams ${ofCompany} and name = '${team}'),
       status = 'SNOOZED', snoozed_until = now() + interval '1 day',
       assignee_id = (select id from conversations.agents ${ofCompany} and role = 'ADMIN'),
       platform = case platform when 'TELEGRAM' then 'WHATSAPP' else platform end ${ofCompany}`,
    // One waits for whoever of the team comes, and nobody does.
    `update conversations.conversations set status = 'OPEN', snoozed_until = null, team_id = null, assignee_id = null ${ofCompany}
       and identity_id in (select id from conversations.contact_identities ${ofCompany} and thread_external_id = '901')`,
    `update conversations.assignment_policies set is_enabled = true, agents_of_team_id =
       (select id from conversations.teams ${ofCompany} and name = '${team}') ${ofCompany} and channel_id is not null`,
    `update conversations.conversation_activities set data = data || jsonb_build_object('policyId',
       (select id from conversations.assignment_policies ${ofCompany} limit 1)) ${ofCompany} and kind = 'ASSIGNED'`,
    ...['conversation_activities', 'audit_entries'].map(
      (table) => `update conversations.${table} set actor_kind = 'partner', actor_id = 'crm' ${ofCompany}
        and id = (select id from conversations.${table} ${ofCompany} order by occurred_at desc limit 1)`,
    ),
    `update conversations.contacts set name = '${words.customer}', email = '${words.customer}', phone = '${words.customer}',
       picture_file_key = 'a' ${ofCompany}`,
    `update conversations.contact_identities set display_name = '${words.customer}' ${ofCompany}`,
    `update conversations.contact_identities set blocked_at = now() ${ofCompany} and thread_external_id = '901'`,
    `update conversations.messages m set sender_name = '${words.message}', payload = '${words.message}',
       edited_at = now(), attachments = jsonb_build_array('${attachment}'::jsonb),
       story = jsonb_build_object('kind', 'REPLY', 'id', 'a', 'url', 'https://platform.example/a'),
       referral = jsonb_build_object('source', 'a', 'type', 'a', 'ref', 'a', 'adId', 'a', 'title', 'a',
         'url', 'https://platform.example/a'),
       reply_to_id = (select id from conversations.messages o where o.company_id = $1
         and o.conversation_id = m.conversation_id order by created_at limit 1),
       revision = jsonb_build_object('id', gen_random_uuid(), 'kind', 'EDIT', 'status', 'REFUSED', 'text', '${words.message}',
         'requestedAt', now(), 'failure', ${failure}),
       status = case direction when 'OUTBOUND' then 'FAILED' else status end,
       failure = case direction when 'OUTBOUND' then ${failure} end ${ofCompany}`,
    `insert into conversations.message_reactions select company_id, id, 'a', '👍', now() from conversations.messages ${ofCompany}`,
    // What a bot has said stands beside what an agent has.
    `insert into conversations.messages select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(),
       'author_kind', 'BOT', 'deleted_at', now(), 'external_id', null, 'idempotency_key', null, 'citations', jsonb_build_array(
         jsonb_build_object('quote', '${words.message}', 'documentId', (select id from knowledge.documents ${ofCompany} limit 1)))))).*
     from conversations.messages m ${ofCompany} and direction = 'OUTBOUND'`,
    `insert into conversations.conversation_activities select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
       'kind', 'HANDED_OVER', 'data', jsonb_build_object('reason', 'REPEATED')))).*
     from conversations.conversation_activities a ${ofCompany} and a.kind = 'OPENED'`,
    // However long all of this takes, nobody is handed over for that meanwhile.
    `insert into conversations.bot_settings (company_id, hours, hand_over_after_seconds)
     values ($1, '[{ "day": "MONDAY", "from": "09:00", "to": "18:00" }]', 86400)`,
    `update conversations.conversations c set last_message_id = (select id from conversations.messages m
       where m.company_id = $1 and m.conversation_id = c.id and m.author_kind = 'BOT' limit 1) ${ofCompany} and platform = 'WEB_CHAT'`,
    `update conversations.notifications set read_at = now() ${ofCompany} and id = (select n.id from conversations.notifications n
       join conversations.agents a on a.company_id = n.company_id and a.id = n.agent_id
       where n.company_id = $1 and a.role = 'ADMIN' order by n.created_at limit 1)`,
    `update conversations.partner_keys set last_used_at = now(), expires_at = now() + interval '1 day' ${ofCompany}`,
    `insert into channels.channel_health (company_id, channel_id, last_event_at, last_delivery_at, last_error)
     select company_id, id, now(), now(), 'a' from channels.channels ${ofCompany}
     on conflict (company_id, channel_id) do update set last_error = 'a', last_event_at = now(), last_delivery_at = now()`,
    // A bot came to that somehow, an agent finds it good, and of one question the documents say nothing.
    `insert into knowledge.bot_answers (company_id, id, conversation_id, message_id, ordinal, status, reason, question, language,
       text, confidence, steps, asked_at, settled_at)
     select company_id, id, conversation_id, id, 1, 'HANDED_OVER', 'REPEATED', '${words.message}', 'english', 'a', 0.5,
       '[{ "step": "RULES", "ms": 1, "detail": {} }]', now(), now() from conversations.messages ${ofCompany} and author_kind = 'BOT'`,
    `insert into conversations.answer_ratings (company_id, message_id, agent_id, rating)
     select m.company_id, m.id, a.id, 'GOOD' from conversations.messages m
     join conversations.agents a on a.company_id = m.company_id and a.role = 'ADMIN'
     where m.company_id = $1 and m.author_kind = 'BOT'`,
    `insert into knowledge.question_clusters (company_id, id, question, language, terms, count, last_asked_at)
     select $1, gen_random_uuid(), '${words.message}', 'english', '{heron}', 1, now() from generate_series(1, 3)`,
    `insert into knowledge.unanswered_questions (company_id, id, cluster_id, message_id, question, asked_at)
     select company_id, gen_random_uuid(), id, gen_random_uuid(), question, now() from knowledge.question_clusters ${ofCompany}`,
    // A contact has the last word somewhere, so that there is something to suggest.
    `insert into conversations.messages select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(),
       'inbound_ordinal', 99, 'created_at', now(), 'external_id', null))).*
     from conversations.messages m ${ofCompany} and direction = 'INBOUND'
       and conversation_id in (select id from conversations.conversations ${ofCompany} and platform <> 'WEB_CHAT')`,
    `update knowledge.documents set error = 'a', source = 'a', language = 'english', url = 'http://127.0.0.1:1/', refresh_hours = 24,
       import_id = (select id from knowledge.document_imports ${ofCompany}) ${ofCompany}`,
    `update knowledge.document_imports set total = 1 ${ofCompany}`,
  ];
}
