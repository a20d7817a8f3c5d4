import { Client } from 'pg';
import { testNats, testPostgres } from '#test/stack/index.ts';
import type { ConversationsConfig } from '../config.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { addCompany, received, type TestCompany } from './inbox.ts';
import { startService } from './service.ts';

export type TestGraph = Awaited<ReturnType<typeof startGraph>>;

/** The service with stores of its own, for tests that ask the graph. */
export async function startGraph(options: Partial<ConversationsConfig> = {}) {
  const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
  const running = await startService({ postgresUrl: postgres.adminUrl, natsUrl: nats.url }, options);

  // Sees every company: what the tests compare with.
  const admin = new Client({ connectionString: postgres.adminUrl });
  await admin.connect();

  return {
    ...running,
    natsUrl: nats.url,
    rows: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await admin.query<Row>(text, values)).rows,
    /** A contact writes. Gives the conversation. */
    async write(company: TestCompany, from = 'customer-1', text = 'Hello'): Promise<string> {
      await receiveMessage(running.database, received(company, { from, text }), {
        reopenWithinMs: 3 * 24 * 60 * 60 * 1_000,
      });
      const { data } = await running.ask<{ conversations: { edges: [{ node: { id: string } }] } }>(
        company.ada,
        '{ conversations(first: 1) { edges { node { id } } } }',
      );
      return data.conversations.edges[0].node.id;
    },
    async stop() {
      await admin.end();
      await running.service.stop();
      await Promise.all([postgres.close(), nats.close()]);
    },
  };
}

export type TwoCompanies = Awaited<ReturnType<typeof openGraph>>;

/** The same with two companies; in the first one contact has written. */
export async function openGraph() {
  const graph = await startGraph();
  const { database } = graph;
  const [acme, globex] = [await addCompany(database), await addCompany(database)];
  const write = (from = 'customer-1', text = 'Where is it?') => graph.write(acme, from, text);
  return { ...graph, acme, globex, write, conversationId: await write(), close: () => graph.stop() };
}
