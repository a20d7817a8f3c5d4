import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { assign } from '../commands/assign.ts';
import { assignNext } from '../commands/assignNext.ts';
import { changeStatus } from '../commands/changeStatus.ts';
import { receiveMessage } from '../commands/receiveMessage.ts';
import { relieveAgent } from '../commands/relieveAgent.ts';
import { openInbox, received, write, type TestCompany, type TestInbox } from '../testing/inbox.ts';
import {
  addAgents,
  addPolicy,
  anotherDatabase,
  becomes,
  limit,
  loads,
  type AgentIdentity,
} from '../testing/routing.ts';

const CUSTOMERS = 10;
const AGENTS = 4;
const PROCESSES = 3;
const WORKERS_EACH = 2;

/** One thing that happens, in one of several processes, while workers of all of them give out what waits. */
const step = fc.record({
  what: fc.constantFrom(
    'writes',
    'writes',
    'writes',
    'resolves',
    'snoozes',
    'unassigns',
    'hands to the team',
    'comes',
    'comes',
    'is away',
    'goes',
    'is relieved',
    'gets another limit',
  ),
  customer: fc.nat({ max: CUSTOMERS - 1 }),
  agent: fc.nat({ max: AGENTS - 1 }),
  process: fc.nat({ max: PROCESSES - 1 }),
  capacity: fc.nat({ max: 4 }),
  webChatWeight: fc.integer({ min: 1, max: 3 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface World {
  readonly company: TestCompany;
  readonly agents: readonly AgentIdentity[];
  readonly policies: readonly string[];
  readonly conversationIds: readonly string[];
}

describe('whatever happens at the same moment', () => {
  let inbox: TestInbox;
  let processes: Database<SwitchboardCatalogue>[];

  beforeAll(async () => {
    inbox = await openInbox();
    processes = await Promise.all(Array.from({ length: PROCESSES }, () => anotherDatabase(inbox)));
  });
  afterAll(async () => {
    await Promise.all(processes.map((database) => database.stop()));
    await inbox.close();
  });

  const said = (customer: number) => ({
    from: `customer-${String(customer)}`,
    platform: customer % 3 === 0 ? ('WEB_CHAT' as const) : ('WHATSAPP' as const),
  });

  async function begin(strategy: 'ROUND_ROBIN' | 'FEWEST_OPEN'): Promise<World> {
    const company = await inbox.addCompany();
    const agents = [company.ada, company.ben, ...(await addAgents(inbox.database, company, AGENTS - 2))];
    // Two policies over the same agents, so that their workers compete for them.
    const policies = [
      await addPolicy(inbox.database, company, { strategy, graceSeconds: 0 }),
      await addPolicy(inbox.database, company, {
        strategy,
        graceSeconds: 0,
        teamId: company.teamId,
        order: 'MOST_URGENT_FIRST',
      }),
    ];
    for (const agent of agents) await limit(inbox.database, company, agent, 2);
    const conversationIds: string[] = [];
    for (let n = 0; n < CUSTOMERS; n++) conversationIds.push(await write(inbox, company, said(n)));
    await inbox.told();
    return { company, agents, policies, conversationIds };
  }

  async function happen({ company, agents, conversationIds }: World, one: Step): Promise<unknown> {
    const database = processes[one.process] ?? inbox.database;
    const agent = agents[one.agent] ?? company.ada;
    const conversationId = conversationIds[one.customer] ?? '';
    switch (one.what) {
      case 'writes':
        return receiveMessage(database, received(company, said(one.customer)), { reopenWithinMs: 60_000 });
      case 'resolves':
        return changeStatus(database, agent, { conversationId, status: 'RESOLVED' });
      case 'snoozes':
        return changeStatus(database, agent, { conversationId, status: 'SNOOZED' });
      case 'unassigns':
        return assign(database, agent, { conversationId, agentId: null });
      case 'hands to the team':
        return assign(database, agent, { conversationId, teamId: company.teamId });
      case 'comes':
        return becomes(database, agent, 'ONLINE');
      case 'is away':
        return becomes(database, agent, 'AWAY');
      case 'goes':
        return becomes(database, agent, 'OFFLINE');
      case 'is relieved':
        return relieveAgent(database, agent);
      case 'gets another limit':
        return limit(database, company, agent, one.capacity, [{ platform: 'WEB_CHAT', weight: one.webChatWeight }]);
    }
  }

  async function workers({ company, policies }: World): Promise<void> {
    await Promise.all(
      processes.flatMap((database) =>
        Array.from({ length: WORKERS_EACH }, async () => {
          for (const policy of policies) while (await assignNext(database, company.companyId, policy));
        }),
      ),
    );
  }

  /** By the tables alone: conversations that wait, with an agent who could take one of them. */
  const idleWhileWaiting = ({ companyId, channelId }: TestCompany) =>
    inbox.rows(
      `select c.number, l.agent_id from conversations.conversations c
       join conversations.agent_load l on l.company_id = c.company_id and l.presence = 'ONLINE'
         and l.load + coalesce((l.weights ->> c.platform)::int, 1) <= l.capacity
       where c.company_id = $1 and c.channel_id = $2 and c.status = 'OPEN' and c.assignee_id is null
         and c.waiting_since is not null`,
      [companyId, channelId],
    );

  /** Each change of who has a conversation begins with whom the one before it left it with. */
  async function expectOneOwnerAtATime(owners: Map<string, string | null>): Promise<void> {
    for (const { type, data } of await inbox.told()) {
      if (type !== 'conversation.assigned') continue;
      const { id, assigneeId } = data.conversation;
      const before = owners.get(id) ?? null;
      expect({ before: data.previousAssigneeId, isTaken: data.reason === 'POLICY' && before !== null }).toEqual({
        before,
        isTaken: false,
      });
      owners.set(id, assigneeId);
    }
  }

  test.each(['ROUND_ROBIN', 'FEWEST_OPEN'] as const)(
    'no agent gets more than the limit, no conversation goes to two, and nobody is idle while something waits (%s)',
    async (strategy) => {
      const history = fc.array(fc.array(step, { minLength: 2, maxLength: 6 }), { minLength: 2, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(history, async (moments) => {
          const world = await begin(strategy);
          const owners = new Map<string, string | null>();
          for (const moment of moments) {
            await Promise.all([...moment.map((one) => happen(world, one)), workers(world)]);
            for (const { load, recount, exceeded } of await loads(inbox, world.company)) {
              expect({ load, exceeded }).toEqual({ load: recount, exceeded: 0 });
            }
            await expectOneOwnerAtATime(owners);
          }
          await workers(world);
          expect(await idleWhileWaiting(world.company)).toEqual([]);
          await expectOneOwnerAtATime(owners);
        }),
        // What went wrong at the same moment does not go wrong the same way again: there is nothing to shrink.
        { numRuns: 6, endOnFailure: true },
      );
    },
  );
});
