import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { collect, type Collected } from '../testing/collect.ts';
import { agent, messageCreated, startWorld, tokenFor, visitor, type World } from '../testing/world.ts';

const query = `subscription Progress($id: ID, $after: String) {
  bulkJobUpdates(id: $id, after: $after) { cursor occurredAt job { id total } }
}`;

describe('the progress of bulk jobs', () => {
  let world: World;
  const open: Collected[] = [];

  beforeAll(async () => {
    world = await startWorld();
  });
  afterEach(async () => {
    for (const live of open.splice(0)) live.stop();
    await world.subscribed('live', 0);
  });
  afterAll(() => world.close());

  async function listen(identity: ClientIdentity, variables: Record<string, unknown> = {}): Promise<Collected> {
    const live = collect(world.client(await tokenFor(identity)), query, variables);
    open.push(live);
    await world.subscribed('live', open.length);
    return live;
  }
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
