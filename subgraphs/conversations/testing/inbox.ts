import { Pool } from 'pg';
import { v7 } from 'uuid';
import type { AnyEvent, EventOf } from '#platform/events/catalogue.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase, type Database } from '#platform/postgres/database.ts';
import { provisionContext } from '#platform/postgres/provision.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Attachment } from '#schema/events/values.ts';
import { testPostgres } from '#test/stack/index.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { entities } from '../entities/index.ts';
import { migrations } from '../migrations/index.ts';
import { callerOf, type Viewer } from '../queries/viewer.ts';
import type { Limit } from '#schema/visibility.ts';
import { seedConversations } from '../seed.ts';

type Received = EventOf<SwitchboardCatalogue, 'channel.message.received'>;
type Echoed = EventOf<SwitchboardCatalogue, 'channel.message.echoed'>;
type Changed = EventOf<SwitchboardCatalogue, 'channel.connection.changed'>;
type Said = Partial<Received['data']> & { readonly from?: string };

export const DAY_MS = 24 * 60 * 60 * 1_000;
export const pool = { max: 10, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000, idleTimeoutMs: 10_000 };

/** A company with two agents, one team of both, two labels, a supervisor and an admin. */
export interface TestCompany {
  readonly companyId: string;
  readonly channelId: string;
  readonly ada: Identity & { kind: 'agent' };
  readonly ben: Identity & { kind: 'agent' };
  readonly supervisor: Identity & { kind: 'agent' };
  readonly admin: Identity & { kind: 'agent' };
  readonly teamId: string;
  readonly labelIds: readonly [string, string];
  readonly partner: Identity;
}

export type TestInbox = Awaited<ReturnType<typeof openInbox>>;

/** The context's database on a real PostgreSQL, without the service around it. */
export async function openInbox() {
  const postgres = await testPostgres();
  const migrate = () =>
    provisionContext({
      adminUrl: postgres.adminUrl,
      context: 'conversations',
      appPassword: 'app',
      relayPassword: 'relay',
      migrations,
      logger,
    });
  const urls = await migrate();
  const metrics = createMetrics({ service: 'conversations' });
  const database = createDatabase({
    context: 'conversations',
    url: urls.appUrl,
    entities,
    pool,
    catalogue,
    logger,
    metrics,
  });
  await database.start();
  // Sees every company: what the tests compare with.
  const admin = new Pool({ connectionString: postgres.adminUrl, max: 4 });
  // The database is dropped while the server still takes note that these connections have ended.
  admin.on('error', (error) => logger.debug({ err: error }, 'a connection of the test has ended'));

  return {
    database,
    urls,
    adminUrl: postgres.adminUrl,
    rows: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await admin.query<Row>(text, values)).rows,
    /** What was told since the last call, oldest first. */
    async told(): Promise<AnyEvent<SwitchboardCatalogue>[]> {
      const { rows } = await admin.query<{ event: AnyEvent<SwitchboardCatalogue> }>(
        'with told as (delete from conversations.outbox returning *) select event from told order by seq',
      );
      return rows.map(({ event }) => event);
    },
    addCompany: () => addCompany(database),
    migrate,
    async close() {
      await admin.end();
      await database.stop();
      await postgres.close();
    },
  };
}

export async function addCompany(database: Database<SwitchboardCatalogue>): Promise<TestCompany> {
  const companyId = v7();
  const [ada, ben, cleo, max] = [v7(), v7(), v7(), v7()];
  const [teamId, urgent, refund] = [v7(), v7(), v7()];
  await seedConversations(database, {
    companyId,
    agents: [
      { id: ada, name: 'Ada', email: 'ada@example.com', role: 'AGENT' },
      { id: ben, name: 'Ben', email: 'ben@example.com', role: 'AGENT' },
      { id: cleo, name: 'Cleo', email: 'cleo@example.com', role: 'SUPERVISOR' },
      { id: max, name: 'Max', email: 'max@example.com', role: 'ADMIN' },
    ],
    teams: [{ id: teamId, name: 'Support', memberIds: [ada, ben] }],
    labels: [
      { id: urgent, name: 'urgent', color: '#dc2626' },
      { id: refund, name: 'refund', color: '#2563eb' },
    ],
  });
  const agent = (agentId: string, role: 'AGENT' | 'SUPERVISOR' | 'ADMIN' = 'AGENT') =>
    ({ kind: 'agent', companyId, agentId, role, scopes: [] }) as const;
  return {
    companyId,
    channelId: v7(),
    ada: agent(ada),
    ben: agent(ben),
    supervisor: agent(cleo, 'SUPERVISOR'),
    admin: agent(max, 'ADMIN'),
    teamId,
    labelIds: [urgent, refund],
    partner: {
      kind: 'partner',
      companyId,
      partner: 'crm',
      scopes: ['conversations:read', 'contacts:read', 'directory:read'],
    },
  };
}

/** Who reads as this agent or partner, without a limit or within one. */
export function viewer(identity: Identity, limit: Limit | null = null): Viewer {
  return { ...callerOf(identity), limit };
}

/** A message as the channels tell it; every call is another message unless `externalMessageId` says otherwise. */
export function received({ companyId, channelId }: TestCompany, said: Said = {}): Pick<Received, 'companyId' | 'data'> {
  const { from = 'customer-1', ...data } = said;
  return {
    companyId,
    data: {
      channelId,
      platform: 'TELEGRAM',
      externalMessageId: v7(),
      threadExternalId: `thread-${from}`,
      contact: { externalId: from, name: `Name of ${from}`, username: null, languageCode: 'en', phone: null },
      sentAt: new Date().toISOString(),
      text: 'Hello',
      attachments: [],
      replyToExternalId: null,
      senderName: null,
      payload: null,
      story: null,
      referral: null,
      standby: false,
      ...data,
    },
  };
}

/** What the company wrote past this inbox, as the channels tell it. */
export function echoed(
  company: TestCompany,
  said: Partial<Echoed['data']> & { readonly from?: string } = {},
): Pick<Echoed, 'companyId' | 'data'> {
  const { from, ...rest } = said;
  const { companyId, data } = received(company, from === undefined ? {} : { from });
  const { channelId, platform, threadExternalId, contact, sentAt, attachments, replyToExternalId } = data;
  const place = { channelId, platform, threadExternalId, contact };
  const ids = { messageId: v7(), externalMessageId: v7() };
  return {
    companyId,
    data: { ...place, ...ids, sentAt, text: 'From the phone', attachments, replyToExternalId, ...rest },
  };
}

/** The state of the company's channel, as the channels tell it. */
export function connection(
  { companyId, channelId }: TestCompany,
  data: Partial<Changed['data']> = {},
  occurredAt = new Date().toISOString(),
): Pick<Changed, 'companyId' | 'data' | 'occurredAt'> {
  const state = { channelId, platform: 'MESSENGER', name: 'Acme Page', status: 'ACTIVE', humanAgent: false } as const;
  return { companyId, occurredAt, data: { ...state, ...data } };
}

export function picture(fields: Partial<Attachment> = {}): Attachment {
  return {
    id: v7(),
    kind: 'IMAGE',
    url: 'https://platform.example/picture.jpg',
    platformFileId: null,
    name: null,
    mimeType: null,
    size: null,
    latitude: null,
    longitude: null,
    fileKey: null,
    ...fields,
  };
}

/** The contact writes. Gives the conversation that it came into. */
export async function write(inbox: TestInbox, company: TestCompany, said: Said = {}): Promise<string> {
  const event = received(company, said);
  await receiveMessage(inbox.database, event, { reopenWithinMs: 3 * DAY_MS });
  const [row] = await inbox.rows<{ id: string }>(
    'select conversation_id as id from conversations.messages where company_id = $1 and external_id = $2',
    [company.companyId, event.data.externalMessageId],
  );
  if (!row) throw new Error('the message did not arrive');
  return row.id;
}
