import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { ConversationStatus } from '#schema/events/values.ts';
import { assign } from './commands/assign.ts';
import { changeStatus } from './commands/changeStatus.ts';
import { markRead } from './commands/markRead.ts';
import { markUnread } from './commands/markUnread.ts';
import { receiveMessage } from './commands/receiveMessage.ts';
import { recordEcho } from './commands/recordEcho.ts';
import { sendMessage } from './commands/sendMessage.ts';
import { inboxCounts } from './queries/inboxCounts.ts';
import { echoed, openInbox, received, viewer, write, type TestCompany, type TestInbox } from './testing/inbox.ts';

const customers = ['customer-0', 'customer-1', 'customer-2'] as const;
const statuses: readonly ConversationStatus[] = ['PENDING', 'OPEN', 'SNOOZED', 'RESOLVED'];

/** One thing that happens to one of three conversations, by one of two agents or by the contact. */
const step = fc.record({
  what: fc.constantFrom(
    'writes',
    'writes',
    'answers',
    'answers elsewhere',
    'notes',
    'reads',
    'reads half',
    'unreads',
    'status',
    'assigns',
    'unassigns',
    'to a team',
    'to another team',
    'from a team',
  ),
  customer: fc.nat({ max: customers.length - 1 }),
  byAda: fc.boolean(),
  status: fc.constantFrom(...statuses),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('the counts', () => {
  let inbox: TestInbox;

  beforeAll(async () => {
    inbox = await openInbox();
  });
  afterAll(() => inbox.close());

  async function happen(acme: TestCompany, conversationIds: readonly string[], step: Step): Promise<unknown> {
    const { database } = inbox;
    const agent = step.byAda ? acme.ada : acme.ben;
    const conversationId = conversationIds[step.customer] ?? '';
    switch (step.what) {
      case 'writes':
        // Resolved conversations are over at once, so that new ones open beside them.
        return receiveMessage(database, received(acme, { from: customers[step.customer] ?? '' }), {
          reopenWithinMs: 0,
        });
      case 'answers elsewhere':
        return recordEcho(database, echoed(acme, { from: customers[step.customer] ?? '' }), { reopenWithinMs: 0 });
      case 'answers':
      case 'notes': {
        const isPrivate = step.what === 'notes';
        return sendMessage(database, agent, { conversationId, text: 'Hi', isPrivate, idempotencyKey: v7() });
      }
      case 'status':
        return changeStatus(database, agent, { conversationId, status: step.status });
      case 'reads':
        return markRead(database, agent, { conversationId });
      case 'unreads': {
        const [message] = await messagesOf(conversationId);
        return message && markUnread(database, agent, { conversationId, fromMessageId: message.id });
      }
      case 'reads half': {
        const [message] = await messagesOf(conversationId);
        return markRead(database, agent, { conversationId, upToMessageId: message?.id });
      }
      case 'to a team':
        return assign(database, agent, { conversationId, teamId: acme.teamId });
      case 'to another team':
        return assign(database, agent, { conversationId, teamId: await otherTeam(acme), agentId: agent.agentId });
      case 'from a team':
        return assign(database, agent, { conversationId, teamId: null });
      case 'assigns':
      case 'unassigns':
        return assign(database, agent, { conversationId, agentId: step.what === 'assigns' ? agent.agentId : null });
    }
  }

  /** One of them. */
  const messagesOf = (conversationId: string) =>
    inbox.rows<{ id: string }>(
      'select id from conversations.messages where conversation_id = $1 order by random() limit 1',
      [conversationId],
    );

  /** One that no agent is of. */
  async function otherTeam({ companyId }: TestCompany): Promise<string | undefined> {
    const [team] = await inbox.rows<{ id: string }>(
      `with added as (
         insert into conversations.teams (company_id, id, name) values ($1, gen_random_uuid(), 'Others')
         on conflict do nothing returning id
       )
       select id from added union all select id from conversations.teams where company_id = $1 and name = 'Others' limit 1`,
      [companyId],
    );
    return team?.id;
  }

  /** What the figures would be if everything were counted now, for every agent of the company: limited to their teams, or not. */
  const recount = ({ companyId }: TestCompany, limited: boolean) =>
    inbox.rows(
      `select a.id,
         count(*) filter (where c.status = 'OPEN')::int as open,
         count(*) filter (where c.status = 'PENDING')::int as pending,
         count(*) filter (where c.status = 'SNOOZED')::int as snoozed,
         count(*) filter (where c.status = 'OPEN' and c.assignee_id is null)::int as unassigned,
         count(*) filter (where c.status = 'OPEN' and c.assignee_id = a.id)::int as mine,
         count(*) filter (where c.status <> 'RESOLVED'
           and c.inbound_count > coalesce(m.read_inbound_count, 0))::int as unread
       from conversations.agents a
       left join conversations.conversations c on c.company_id = a.company_id and (not $2 or c.assignee_id = a.id
         or c.team_id in (select team_id from conversations.team_members t where t.company_id = $1 and t.agent_id = a.id))
       left join conversations.read_marks m on m.conversation_id = c.id and m.agent_id = a.id
       where a.company_id = $1 group by a.id order by a.id`,
      [companyId, limited],
    );

  async function counted(acme: TestCompany, limited: boolean): Promise<unknown[]> {
    const session = inbox.database.session(acme.companyId);
    const teamIdsOf = ({ agentId }: TestCompany['ada']) =>
      [acme.ada, acme.ben].some((member) => member.agentId === agentId) ? [acme.teamId] : [];
    try {
      const agents = [acme.ada, acme.ben, acme.supervisor, acme.admin].toSorted((a, b) =>
        a.agentId < b.agentId ? -1 : 1,
      );
      return await Promise.all(
        agents.map(async (agent) => ({
          id: agent.agentId,
          ...(await session.read((sql) =>
            inboxCounts(sql, viewer(agent, limited ? { agentId: agent.agentId, teamIds: teamIdsOf(agent) } : null)),
          )),
        })),
      );
    } finally {
      await session.close();
    }
  }

  test('are what a recount gives, after whatever happened, also at the same moment', async () => {
    const history = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const acme = await inbox.addCompany();
        const ids = await Promise.all(customers.map((from) => write(inbox, acme, { from })));
        for (const moment of moments) await Promise.all(moment.map((one) => happen(acme, ids, one)));
        for (const limited of [false, true]) expect(await counted(acme, limited)).toEqual(await recount(acme, limited));
      }),
      { numRuns: 25 },
    );
  });

  test('are right for who is limited when many write at once', async () => {
    const acme = await inbox.addCompany();
    const ids = await Promise.all(customers.map((from) => write(inbox, acme, { from })));
    const steps = fc.sample(step, { numRuns: 200, seed: 7 });
    for (let first = 0; first < steps.length; first += 40) {
      await Promise.all(steps.slice(first, first + 40).map((one) => happen(acme, ids, one)));
      for (const limited of [false, true]) expect(await counted(acme, limited)).toEqual(await recount(acme, limited));
    }
  });

  test('are right after a bulk load, which changes each of them once', async () => {
    const acme = await inbox.addCompany();
    const template = await write(inbox, acme);
    await inbox.rows(
      `insert into conversations.conversations
       select (jsonb_populate_record(c, jsonb_build_object(
         'id', gen_random_uuid(), 'number', c.number + n, 'status', 'RESOLVED', 'resolved_at', now()))).*
       from conversations.conversations c, generate_series(1, 300) n
       where c.id = $1`,
      [template],
    );
    await inbox.rows(
      `insert into conversations.read_marks select company_id, id, $2, inbound_count, now()
       from conversations.conversations where company_id = $1`,
      [acme.companyId, acme.ada.agentId],
    );
    await inbox.rows(`update conversations.conversations set assignee_id = $2, team_id = $3 where company_id = $1`, [
      acme.companyId,
      acme.ben.agentId,
      acme.teamId,
    ]);
    for (const limited of [false, true]) expect(await counted(acme, limited)).toEqual(await recount(acme, limited));
  });
});
