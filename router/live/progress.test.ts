import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { agent, company, messageCreated, startWorld, tokenFor, visitor, type World } from '../testing/world.ts';

const documents = `subscription Documents($id: ID) {
  documentUpdates(id: $id) { documentId document { title } }
}`;
const imports = `subscription Imports($id: ID) {
  documentImportUpdates(id: $id) { importId import { total } }
}`;
const query = `subscription Progress($id: ID, $after: String) {
  bulkJobUpdates(id: $id, after: $after) { cursor occurredAt job { id total } }
}`;

describe('progress', () => {
  let world: World;
  const open: Collected[] = [];

  beforeAll(async () => {
    world = await startWorld();
  });
  afterEach(async () => {
    for (const live of open.splice(0)) live.stop();
    await world.subscribed('live', 0);
    await world.subscribed('document', 0);
  });
  afterAll(() => world.close());

  async function listen(
    identity: ClientIdentity,
    variables: Record<string, unknown> = {},
    asked = query,
  ): Promise<Collected> {
    const live = collect(world.client(await tokenFor(identity)), asked, variables);
    open.push(live);
    await world.subscribed(asked === query ? 'live' : 'document', open.length);
    return live;
  }
  describe('of bulk jobs', () => {
    const progress = (identity: ClientIdentity, jobId: string): NewEvent<SwitchboardCatalogue> => ({
      type: 'conversation.bulk.progressed',
      actor: { kind: 'agent' },
      data: {
        jobId,
        agentId: identity.kind === 'agent' ? identity.agentId : '',
        status: 'RUNNING',
        total: 500,
        doneCount: 20,
        failedCount: 0,
      },
    });
    const jobsOf = ({ updates }: Collected) =>
      (updates as unknown as { job: { id: string; total: number } }[]).map(({ job }) => job);

    it('comes to who began them, with the job as the subgraph has it', async () => {
      const [ada, ben] = [agent(), agent()];
      const [ofAda, ofBen] = [await listen(ada), await listen(ben)];
      const [one, two] = [v7(), v7()];
      await world.publish([progress(ada, one), messageCreated(), progress(ben, two), progress(ada, one)]);
      await Promise.all([ofAda.count(2), ofBen.count(1)]);
      expect(ofAda.results[0]?.errors).toBeUndefined();
      expect(jobsOf(ofAda)).toEqual([
        { id: one, total: 500 },
        { id: one, total: 500 },
      ]);
      expect(jobsOf(ofBen)).toEqual([{ id: two, total: 500 }]);
    });

    it('can be that of one job', async () => {
      const ada = agent();
      const [one, two] = [v7(), v7()];
      const live = await listen(ada, { id: two });
      await world.publish([progress(ada, one), progress(ada, two)]);
      await live.count(1);
      expect(jobsOf(live)).toEqual([{ id: two, total: 500 }]);
    });

    it('goes on behind a cursor', async () => {
      const ada = agent();
      const [one, two] = [v7(), v7()];
      const before = await listen(ada);
      await world.publish([progress(ada, one)]);
      await before.count(1);
      const [{ cursor }] = before.updates as unknown as [{ cursor: string }];
      await world.publish([progress(ada, two)]);
      const after = await listen(ada, { after: cursor });
      await after.count(1);
      expect(jobsOf(after)).toEqual([{ id: two, total: 500 }]);
    });

    it('comes to nobody of another company, and to no visitor', async () => {
      const ada = agent();
      const stranger = agent({ companyId: v7(), agentId: ada.kind === 'agent' ? ada.agentId : '' });
      const [own, others] = [await listen(ada), await listen(stranger)];
      const theirs = collect(world.client(await tokenFor(visitor())), query);
      await world.publish([progress(ada, v7())]);
      await own.count(1);
      expect(others.updates).toEqual([]);
      expect(theirs.updates).toEqual([]);
      theirs.stop();
    });
  });

  describe('of documents', () => {
    const actor = { kind: 'system' } as const;
    const progressed = (documentId: string): NewEvent<SwitchboardCatalogue> => ({
      type: 'knowledge.document.progressed',
      actor,
      data: { documentId, documentVersion: 1, stage: 'INDEXING', done: 64, total: 200 },
    });
    const failed = (documentId: string): NewEvent<SwitchboardCatalogue> => ({
      type: 'knowledge.document.failed',
      actor,
      data: { documentId, reason: 'There is nothing to read in it.' },
    });
    const imported = (importId: string): NewEvent<SwitchboardCatalogue> => ({
      type: 'knowledge.document.import_progressed',
      actor,
      data: { importId, status: 'RUNNING', total: 100, doneCount: 7, failedCount: 1 },
    });
    const seen = ({ updates }: Collected) =>
      (updates as unknown as { documentId: string; document: { title: string } | null }[]).map(
        ({ documentId, document }) => [documentId, document?.title ?? null],
      );

    it('comes to everybody of the company, whatever happens to them, the removed by their id alone', async () => {
      const [ada, ben] = [await listen(agent(), {}, documents), await listen(agent(), {}, documents)];
      const [one, two, three] = [v7(), v7(), v7()];
      const removed = { type: 'knowledge.document.removed', actor, data: { documentId: three } } as const;
      await world.publish([progressed(one), imported(v7()), messageCreated(), failed(two), removed]);
      for (const live of [ada, ben]) {
        await live.count(3);
        expect(seen(live)).toEqual([
          [one, `title of ${one}`],
          [two, `title of ${two}`],
          [three, null],
        ]);
      }
    });

    it('can be that of one document, or of one import', async () => {
      const [one, two] = [v7(), v7()];
      const document = await listen(agent(), { id: two.toUpperCase() }, documents);
      const sitemap = await listen(agent(), { id: two }, imports);
      await world.publish([progressed(one), imported(one), progressed(two), imported(two)]);
      await Promise.all([document.count(1), sitemap.count(1)]);
      expect(seen(document)).toEqual([[two, `title of ${two}`]]);
      expect(sitemap.updates).toEqual([{ importId: two, import: { total: 100 } }]);
    });

    it('tells of a document that is gone meanwhile, and of what cannot be read nothing', async () => {
      const id = v7();
      world.behaviour.unknown.add(id);
      const live = await listen(agent(), { id }, documents);
      world.nats.connection.publish(`events.knowledge.${company}.document.failed`, '{"type":');
      await world.publish([failed(id)]);
      await live.count(1);
      expect(seen(live)).toEqual([[id, null]]);
    });

    it('comes to nobody of another company, to no visitor, and to partners by their scope', async () => {
      const partner = (scopes: readonly string[]): ClientIdentity => ({
        kind: 'partner',
        companyId: company,
        partner: 'crm',
        scopes,
      });
      const own = await listen(agent(), {}, documents);
      const stranger = await listen(agent({ companyId: v7() }), {}, documents);
      const permitted = await listen(partner(['knowledge:read']), {}, documents);
      const refused: Collected[] = [];
      for (const identity of [visitor(), partner(['conversations:read'])]) {
        for (const asked of [documents, imports]) refused.push(collect(world.client(await tokenFor(identity)), asked));
      }
      await world.publish([progressed(v7()), imported(v7())]);
      await Promise.all([own.count(1), permitted.count(1)]);
      expect(stranger.updates).toEqual([]);
      for (const live of refused) {
        await live.ended();
        expect(live.updates).toEqual([]);
      }
    });
  });
});
