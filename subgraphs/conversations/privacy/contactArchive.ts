import type { FileStore } from '#platform/files/fileStore.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Attachment } from '#schema/events/values.ts';
import { contactsByIds } from '../queries/contacts.ts';
import type { ArchiveFile } from './tar.ts';

const CONVERSATIONS_PER_FILE = 500;
const MESSAGES_PER_FILE = 500;

interface Sources {
  readonly database: Database<SwitchboardCatalogue>;
  readonly store: FileStore;
  /** Called between the pieces: for whoever has to show that it goes on. */
  readonly onProgress: () => Promise<void>;
}

interface ConversationRecord {
  readonly id: string;
  readonly number: number;
}

interface MessageRecord {
  readonly id: string;
  readonly createdAt: Date;
  readonly attachments: readonly Attachment[];
}

/**
 * Everything that is kept of a contact: `contact.json`, the conversations and their messages a line each, and the files that
 * came with them. Read page by page, so that it takes no more memory for somebody who has written for years.
 */
export async function* contactArchive(
  sources: Sources,
  companyId: string,
  contactId: string,
): AsyncGenerator<ArchiveFile> {
  const { onProgress } = sources;
  async function read<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    const session = sources.database.session(companyId);
    try {
      return await session.read(query);
    } finally {
      await session.close();
    }
  }

  const about = await read((sql) => aboutContact(sql, companyId, contactId));
  yield jsonFile('contact.json', about);
  const packed = new Set<string>();
  let last: ConversationRecord | undefined;
  for (let page = 1; ; page++) {
    const after = last?.number ?? 0;
    const conversations = await read((sql) => conversationsAfter(sql, companyId, { contactId: about.id, after }));
    if (conversations.length === 0) return;
    yield linesFile(`conversations/${pad(page)}.ndjson`, conversations);
    for (const conversation of conversations) {
      for await (const file of conversationArchive(sources, { companyId, conversation, packed, read })) yield file;
      await onProgress();
    }
    last = conversations.at(-1);
  }
}

async function* conversationArchive(
  { store, onProgress }: Sources,
  of: {
    readonly companyId: string;
    readonly conversation: ConversationRecord;
    readonly packed: Set<string>;
    readonly read: <T>(query: (sql: Sql) => Promise<T>) => Promise<T>;
  },
): AsyncGenerator<ArchiveFile> {
  const { companyId, conversation, packed, read } = of;
  let after: MessageRecord | undefined;
  for (let page = 1; ; page++) {
    const from = after;
    const messages = await read((sql) => messagesAfter(sql, companyId, conversation.id, from));
    if (messages.length === 0) return;
    yield linesFile(`messages/${conversation.number}-${pad(page)}.ndjson`, messages.map(withFileNames));
    for (const { fileKey, name } of messages.flatMap(({ attachments }) => attachments)) {
      if (fileKey === null || packed.has(fileKey)) continue;
      packed.add(fileKey);
      const opened = await store.get(fileKey);
      if (opened) yield { name: archiveName(fileKey, name), size: opened.size, content: opened.stream };
      await onProgress();
    }
    after = messages.at(-1);
  }
}

async function aboutContact(sql: Sql, companyId: string, contactId: string): Promise<object & { readonly id: string }> {
  const [contact] = await contactsByIds(sql, { companyId, agentId: null, visitor: null, forAll: false, limit: null }, [
    contactId,
  ]);
  if (!contact) throw new Error(`contact ${contactId} is gone, though a job refers to it`);
  const { id, name, email, phone, attributes, blockedAt, createdAt } = contact;
  const identities = await sql`
    select i.platform, c.name as channel, i.external_id as "externalId", i.display_name as "displayName", i.username,
      i.language_code as "languageCode", i.last_inbound_at as "lastInboundAt", i.blocked_at as "blockedAt"
    from conversations.contact_identities i
    left join conversations.channels c on c.company_id = i.company_id and c.id = i.channel_id
    where i.company_id = ${companyId} and i.contact_id = ${id} order by i.id`;
  const notes = await sql`
    select n.text, a.name as author, n.created_at as "createdAt", n.edited_at as "editedAt"
    from conversations.contact_notes n
    join conversations.agents a on a.company_id = n.company_id and a.id = n.author_id
    where n.company_id = ${companyId} and n.contact_id = ${id} order by n.created_at, n.id`;
  const about = { id, name, email, phone, attributes, blockedAt, createdAt, identities, notes };
  return about;
}

function conversationsAfter(
  sql: Sql,
  companyId: string,
  { contactId, after }: { readonly contactId: string; readonly after: number },
): Promise<ConversationRecord[]> {
  return sql<ConversationRecord>`
    select c.id, c.number, c.platform, c.status, c.priority, c.opened_at as "openedAt", c.resolved_at as "resolvedAt",
      c.created_at as "createdAt", c.message_count as "messageCount", a.name as assignee, t.name as team,
      array(
        select l.name from conversations.conversation_labels cl
        join conversations.labels l on l.company_id = cl.company_id and l.id = cl.label_id
        where cl.company_id = c.company_id and cl.conversation_id = c.id order by l.name
      ) as labels
    from conversations.conversations c
    left join conversations.agents a on a.company_id = c.company_id and a.id = c.assignee_id
    left join conversations.teams t on t.company_id = c.company_id and t.id = c.team_id
    where c.company_id = ${companyId} and c.contact_id = ${contactId} and c.number > ${after}
    order by c.number limit ${CONVERSATIONS_PER_FILE}`;
}

function messagesAfter(
  sql: Sql,
  companyId: string,
  conversationId: string,
  after: MessageRecord | undefined,
): Promise<MessageRecord[]> {
  return sql<MessageRecord>`
    select m.id, m.created_at as "createdAt", m.direction, m.author_kind as "authorKind",
      coalesce(a.name, m.sender_name) as author, m.is_private as "isPrivate", m.text, m.attachments, m.payload,
      m.story, m.referral, m.status, m.edited_at as "editedAt", m.deleted_at as "deletedAt"
    from conversations.messages m
    left join conversations.agents a
      on a.company_id = m.company_id and a.id = m.author_id and m.author_kind = 'AGENT'
    where m.company_id = ${companyId} and m.conversation_id = ${conversationId}
      and (m.created_at, m.id) > (${after?.createdAt ?? new Date(0)}::timestamptz,
        ${after?.id ?? '00000000-0000-0000-0000-000000000000'}::uuid)
    order by m.created_at, m.id limit ${MESSAGES_PER_FILE}`;
}

/** What is in the archive is named by its place there: our own keys say nothing to anybody. */
function withFileNames(message: MessageRecord): object {
  const attachments = message.attachments.map(({ id: _id, platformFileId: _there, url, fileKey, ...about }) =>
    fileKey === null ? { ...about, url } : { ...about, file: archiveName(fileKey, about.name) },
  );
  return { ...message, attachments };
}

function archiveName(fileKey: string, name: string | null): string {
  const ending = /\.[a-z0-9]{1,8}$/i.exec(name ?? '')?.[0] ?? '';
  return `files/${fileKey.slice(fileKey.lastIndexOf('/') + 1)}${ending.toLowerCase()}`;
}

function jsonFile(name: string, value: object): ArchiveFile {
  return textFile(name, `${JSON.stringify(value, null, 2)}\n`);
}

function linesFile(name: string, rows: readonly object[]): ArchiveFile {
  return textFile(name, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function textFile(name: string, text: string): ArchiveFile {
  const bytes = Buffer.from(text);
  return { name, size: bytes.length, content: [bytes] };
}

function pad(page: number): string {
  return String(page).padStart(5, '0');
}
