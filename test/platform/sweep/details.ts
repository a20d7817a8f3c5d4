/**
 * What platforms, bots and time bring to a company by and by, put where it is kept: so that every field of the graph has something to
 * give away. `$1` is the company.
 *
 * @param secret Stands in every text of conversations and contacts.
 */
export function details(secret: string): string[] {
  const text = (column: string) => `${column} = '${secret}'`;
  const ofCompany = 'where company_id = $1';
  const returns = `(select id from conversations.teams ${ofCompany} and name = 'Returns')`;
  const attachment = JSON.stringify({
    id: null,
    kind: 'FILE',
    url: 'https://platform.example/heron.pdf',
    platformFileId: null,
    name: secret,
    mimeType: 'application/pdf',
    size: 3,
    latitude: 1.5,
    longitude: 1.5,
    fileKey: null,
  });
  return [
    `insert into conversations.conversation_labels select c.company_id, c.id, l.id
     from conversations.conversations c join conversations.labels l using (company_id) where c.company_id = $1`,
    `update conversations.conversations set team_id = ${returns}, first_replied_at = now(), waiting_since = now(),
       status = 'SNOOZED', snoozed_until = now() + interval '1 day',
       assignee_id = (select id from conversations.agents ${ofCompany} and role = 'ADMIN'),
       platform = case platform when 'TELEGRAM' then 'WHATSAPP' else platform end ${ofCompany}`,
    `update conversations.contacts set ${text('name')}, ${text('email')}, ${text('phone')}, picture_file_key = 'heron' ${ofCompany}`,
    `update conversations.contact_identities set ${text('display_name')}, blocked_at = now() ${ofCompany}`,
    `update conversations.messages m set ${text('sender_name')}, ${text('payload')}, edited_at = now(), deleted_at = now(),
       attachments = jsonb_build_array('${attachment}'::jsonb),
       story = jsonb_build_object('kind', 'REPLY', 'id', 'heron', 'url', 'https://platform.example/heron'),
       referral = jsonb_build_object('source', 'heron', 'type', 'heron', 'ref', 'heron', 'adId', 'heron', 'title', 'heron',
         'url', 'https://platform.example/heron'),
       reply_to_id = (select id from conversations.messages o where o.company_id = $1
         and o.conversation_id = m.conversation_id order by created_at limit 1),
       status = case direction when 'OUTBOUND' then 'FAILED' else status end,
       failure = case direction when 'OUTBOUND'
         then jsonb_build_object('code', 'HERON', 'message', '${secret}', 'retryable', true) end ${ofCompany}`,
    `insert into conversations.message_reactions select company_id, id, 'heron', '👍', now() from conversations.messages ${ofCompany}`,
    // What a bot has said stands beside what an agent has.
    `insert into conversations.messages select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(),
       'author_kind', 'BOT', 'external_id', null, 'idempotency_key', null))).*
     from conversations.messages m ${ofCompany} and direction = 'OUTBOUND'`,
    `update conversations.conversations c set last_message_id = (select id from conversations.messages m
       where m.company_id = $1 and m.conversation_id = c.id and m.author_kind = 'BOT' limit 1) ${ofCompany} and platform = 'WEB_CHAT'`,
    `update channels.channel_health set last_error = 'otter', last_event_at = now(), last_delivery_at = now() ${ofCompany}`,
    `update knowledge.documents set error = 'otter', source = 'otter' ${ofCompany}`,
  ];
}
