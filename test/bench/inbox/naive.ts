import { graphql, buildSchema } from 'graphql';
import { Pool } from 'pg';
import { createHttpServer } from '#platform/http/server.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';

const schema = buildSchema(`
  type Query { conversations(status: String, first: Int!, agentId: ID!, companyId: ID!): [Conversation!]! }
  type Conversation {
    id: ID! number: Int! status: String! priority: String! lastActivityAt: String! messageCount: Int! unreadCount: Int!
    contact: Contact assignee: Agent team: Team labels: [Label!]! channel: Channel lastMessage: Message
  }
  type Contact { id: ID! name: String }
  type Agent { id: ID! name: String }
  type Team { name: String }
  type Label { name: String color: String }
  type Channel { id: ID! name: String platform: String }
  type Message { text: String status: String author: Author }
  type Author { name: String }
`);

interface Conversation {
  readonly company_id: string;
  readonly id: string;
  readonly contact_id: string;
  readonly assignee_id: string | null;
  readonly team_id: string | null;
  readonly channel_id: string;
}

/**
 * The same page of the inbox as it is written at first: a resolver for each field, each with a statement of its own, the
 * unread messages counted where they are asked for. On the same PostgreSQL, with all its indexes, and as a role that no policy
 * slows down.
 */
export function createNaiveInbox(databaseUrl: string) {
  const pool = new Pool({ connectionString: databaseUrl, max: 16 });
  const listeners: ((text: string) => void)[] = [];
  const http = createHttpServer({
    name: 'naive',
    host: '127.0.0.1',
    port: 0,
    logger,
    metrics: createMetrics({ service: 'naive' }),
    checks: () => ({}),
  });

  async function rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    for (const listener of listeners) listener(text);
    return (await pool.query<Row>(text, [...values])).rows;
  }
  const one = async (text: string, values: readonly unknown[]) => (await rows(text, values))[0] ?? null;

  function conversation(c: Conversation, agentId: string) {
    const key = [c.company_id, c.id];
    return {
      ...c,
      unreadCount: async () => {
        const [counted] = await rows<{ count: number }>(
          `select count(*)::int as count from conversations.messages m where m.company_id = $1 and m.conversation_id = $2
             and m.direction = 'INBOUND' and m.inbound_ordinal > coalesce((select read_inbound_count
               from conversations.read_marks r where r.company_id = $1 and r.conversation_id = $2 and r.agent_id = $3), 0)`,
          [...key, agentId],
        );
        return counted?.count ?? 0;
      },
      contact: () =>
        one('select id, name from conversations.contacts where company_id = $1 and id = $2', [
          c.company_id,
          c.contact_id,
        ]),
      assignee: () =>
        c.assignee_id &&
        one('select id, name from conversations.agents where company_id = $1 and id = $2', [
          c.company_id,
          c.assignee_id,
        ]),
      team: () =>
        c.team_id &&
        one('select name from conversations.teams where company_id = $1 and id = $2', [c.company_id, c.team_id]),
      labels: () =>
        rows(
          `select name, color from conversations.labels l join conversations.conversation_labels cl
             on cl.company_id = l.company_id and cl.label_id = l.id where cl.company_id = $1 and cl.conversation_id = $2`,
          key,
        ),
      channel: () =>
        one('select id, name, platform from channels.channels where company_id = $1 and id = $2', [
          c.company_id,
          c.channel_id,
        ]),
      lastMessage: async () => {
        const [message] = await rows<{ author_id: string }>(
          `select text, status, author_id from conversations.messages where company_id = $1 and conversation_id = $2
           order by created_at desc limit 1`,
          key,
        );
        return message && { ...message, author: () => author(c.company_id, message.author_id) };
      },
    };
  }

  async function author(companyId: string, id: string) {
    return (
      (await one('select name from conversations.contacts where company_id = $1 and id = $2', [companyId, id])) ??
      one('select name from conversations.agents where company_id = $1 and id = $2', [companyId, id])
    );
  }

  const rootValue = {
    async conversations({
      status,
      first,
      agentId,
      companyId,
    }: Record<'status' | 'agentId' | 'companyId', string> & { first: number }) {
      const page = await rows<Conversation>(
        `select *, last_activity_at::text as "lastActivityAt", message_count as "messageCount"
         from conversations.conversations where company_id = $1 and ($2::text is null or status = $2)
         order by last_activity_at desc limit $3`,
        [companyId, status, first],
      );
      return page.map((row) => conversation(row, agentId));
    },
  };

  http.app.post('/graphql', async ({ body }) => {
    const { query, variables } = body as { query: string; variables: Record<string, unknown> };
    return graphql({ schema, source: query, variableValues: variables, rootValue });
  });

  return {
    url: () => http.url(),
    onStatement: (listener: (text: string) => void) => void listeners.push(listener),
    start: () => http.start(),
    async stop() {
      await http.stop();
      await pool.end();
    },
  };
}
