import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { v7 } from 'uuid';
import { updateBotSettings } from '#conversations/commands/bot/updateBotSettings.ts';
import { receiveMessage } from '#conversations/commands/receiveMessage.ts';
import { seedConversations } from '#conversations/seed.ts';
import { startPlatform } from '#infra/embedded/platform.ts';
import { secret } from '#infra/embedded/secrets.ts';
import { startStores } from '#infra/embedded/stores.ts';
import { saveDocument } from '#knowledge/commands/addDocument.ts';
import { createLogger } from '#platform/logging/logger.ts';
import { eventually } from '#test/stack/eventually.ts';
import { shop as documents } from './shop.ts';

/** What the bot said, or why it left it to people. */
export interface Said {
  readonly text: string;
  /** Of the documents that it quotes. */
  readonly titles: readonly string[];
  readonly reason: string | null;
  /** From the message that it answers. */
  readonly ms: number;
}

export type Shop = Awaited<ReturnType<typeof openShop>>;

const LIMIT_MS = 20_000;

/** The platform in this process, with a company that has the shop's documents and a bot. */
export async function openShop(dataDir: string) {
  const log = (): void => undefined;
  const logger = createLogger({ name: 'bench', level: 'fatal' });
  const stores = await startStores({ dataDir, urls: {}, log });
  const [token = '', identity = '', credentials = '', database = '', files = ''] = await Promise.all(
    ['token', 'identity', 'credentials', 'database', 'files'].map((name) => secret(dataDir, name)),
  );
  const platform = await startPlatform({
    stores,
    secrets: { token, identity, credentials, database, files },
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://localhost:4000',
    // Nobody is there, and nothing leaves this machine.
    telegramApiUrl: 'http://127.0.0.1:9',
    filesUrl: pathToFileURL(join(dataDir, 'files')).href,
    attachmentMaxBytes: 1024 ** 2,
    production: true,
    overHttp: false,
    logger,
    log,
  });
  const { conversations, knowledge } = platform;
  const companyId = v7();
  const admin = { kind: 'agent', companyId, agentId: v7(), role: 'ADMIN', scopes: [] } as const;
  const agents = [{ id: admin.agentId, name: 'Ada', email: 'ada@example.com', role: 'ADMIN' as const }];
  await seedConversations(conversations.database, { companyId, agents, teams: [], labels: [] });
  await updateBotSettings(conversations.database, admin, { enabled: true, name: 'Robin' });
  for (const { title, text } of documents) {
    await saveDocument(
      knowledge.database,
      companyId,
      { kind: 'system' },
      { title, text, format: 'MARKDOWN', source: null },
    );
  }
  await eventually(async () => {
    const [left] = await read<{ count: string }>(
      knowledge,
      (sql) => sql`select count(*) from knowledge.documents where company_id = ${companyId} and status <> 'INDEXED'`,
    );
    if (left?.count !== '0') throw new Error(`${left?.count ?? 'all'} documents are not indexed yet`);
  }, LIMIT_MS);

  async function read<Row extends object>(
    { database: of }: typeof conversations | typeof knowledge,
    query: Parameters<ReturnType<typeof of.session>['read']>[0],
  ): Promise<Row[]> {
    const session = of.session(companyId);
    try {
      return (await session.read(query)) as Row[];
    } finally {
      await session.close();
    }
  }

  /** Somebody new, who writes to the shop. */
  function somebody() {
    const externalId = v7();
    const channelId = v7();
    let written = 0;
    return {
      /** What comes of something that they write. */
      async say(text: string): Promise<Said> {
        const from = performance.now();
        written += 1;
        const data = {
          channelId,
          platform: 'TELEGRAM',
          externalMessageId: v7(),
          threadExternalId: externalId,
          contact: { externalId, name: null, username: null, languageCode: null, phone: null },
          sentAt: new Date().toISOString(),
          text,
          attachments: [],
          replyToExternalId: null,
          senderName: null,
          payload: null,
          story: null,
          referral: null,
          standby: false,
        } as const;
        const event = { companyId, data: { ...data, attachments: [] } };
        await receiveMessage(conversations.database, event, { reopenWithinMs: 1_000 });
        return eventually(() => answerTo(written, from), LIMIT_MS);
      },
    };

    async function answerTo(ordinal: number, from: number): Promise<Said> {
      const [said] = await read<{ id: string; text: string; documentIds: string[]; reason: string | null }>(
        conversations,
        (sql) => sql`
          select m.id, m.text, array(select c ->> 'documentId' from jsonb_array_elements(m.citations) c) as "documentIds",
            (select a.data ->> 'reason' from conversations.conversation_activities a
             where a.company_id = ${companyId} and a.conversation_id = m.conversation_id and a.kind = 'HANDED_OVER') as reason
          from conversations.messages m
          join conversations.conversations c on c.company_id = m.company_id and c.id = m.conversation_id
          where m.company_id = ${companyId} and c.channel_id = ${channelId} and m.author_kind = 'BOT' and not m.is_private
            and m.inbound_ordinal = ${ordinal}`,
      );
      if (!said) throw new Error('the bot has said nothing yet');
      const ms = performance.now() - from;
      const found = await read<{ title: string }>(
        knowledge,
        (sql) => sql`select title from knowledge.documents
          where company_id = ${companyId} and id = any(${said.documentIds}::uuid[])`,
      );
      return { text: said.text, titles: found.map(({ title }) => title), reason: said.reason, ms };
    }
  }

  return {
    somebody,
    async close() {
      await platform.stop();
      await stores.stop();
    },
  };
}
