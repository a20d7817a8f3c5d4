import { testNats, testPostgres } from '#test/stack/index.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { addCompany, DAY_MS, received } from './inbox.ts';
import { startService } from './service.ts';

export type TestGraph = Awaited<ReturnType<typeof openGraph>>;

/** The service on stores of its own, asked by the graph, with two companies; in the first one contact has written. */
export async function openGraph() {
  const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
  const { service, ask, statements, database } = await startService({
    postgresUrl: postgres.adminUrl,
    natsUrl: nats.url,
  });
  const [acme, globex] = [await addCompany(database), await addCompany(database)];

  /** A contact writes to Acme. Gives the conversation that it came into. */
  async function write(from = 'customer-1', text = 'Where is it?'): Promise<string> {
    await receiveMessage(database, received(acme, { from, text }), { reopenWithinMs: DAY_MS });
    const { data } = await ask<{ conversations: { edges: [{ node: { id: string } }] } }>(
      acme.ada,
      '{ conversations(first: 1) { edges { node { id } } } }',
    );
    return data.conversations.edges[0].node.id;
  }

  return {
    ask,
    statements,
    database,
    acme,
    globex,
    write,
    conversationId: await write(),
    async close() {
      await service.stop();
      await Promise.all([postgres.close(), nats.close()]);
    },
  };
}
