import { v7 } from 'uuid';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase, type Database } from '#platform/postgres/database.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Presence } from '#schema/events/values.ts';
import { recordChannel } from '../commands/recordChannel.ts';
import { recordPresence } from '../commands/recordPresence.ts';
import { setAssignmentPolicy, type PolicyInput } from '../commands/setAssignmentPolicy.ts';
import { setCapacity } from '../commands/setCapacity.ts';
import { entities } from '../entities/index.ts';
import { seedConversations } from '../seed.ts';
import { joinCompany } from './people.ts';
import { connection, pool, type TestCompany, type TestInbox } from './inbox.ts';

export type AgentIdentity = TestCompany['ada'];

const supervisors = new Map<string, AgentIdentity>();

/** The company's one supervisor, who may set policies. */
export async function appointSupervisor(
  database: Database<SwitchboardCatalogue>,
  { companyId }: TestCompany,
): Promise<AgentIdentity> {
  const supervisor = supervisors.get(companyId) ?? (await joinCompany(database, companyId, 'SUPERVISOR'));
  supervisors.set(companyId, supervisor);
  return supervisor;
}

/** Who was appointed. */
export function supervisorOf({ companyId }: TestCompany): AgentIdentity {
  const supervisor = supervisors.get(companyId);
  if (!supervisor) throw new Error('the company has no supervisor yet');
  return supervisor;
}

/** A policy of the company's channel, for all its agents, unless told otherwise. */
export async function addPolicy(
  database: Database<SwitchboardCatalogue>,
  company: TestCompany,
  policy: Partial<PolicyInput> = {},
): Promise<string> {
  await recordChannel(database, connection(company));
  const outcome = await setAssignmentPolicy(database, await appointSupervisor(database, company), {
    ...(policy.teamId == null && { channelId: company.channelId }),
    strategy: 'ROUND_ROBIN',
    order: 'OLDEST_FIRST',
    graceSeconds: 300,
    isEnabled: true,
    ...policy,
  });
  if ('userErrors' in outcome) throw new Error(JSON.stringify(outcome.userErrors));
  return outcome.policyId;
}

/** So many more agents, members of the company's team. */
export async function addAgents(
  database: Database<SwitchboardCatalogue>,
  company: TestCompany,
  count: number,
): Promise<AgentIdentity[]> {
  const { companyId, teamId } = company;
  const ids = Array.from({ length: count }, () => v7());
  await seedConversations(database, {
    companyId,
    agents: ids.map((id) => ({ id, name: `Agent ${id}`, email: `${id}@example.com`, role: 'AGENT' })),
    teams: [{ id: teamId, name: 'Support', memberIds: ids }],
    labels: [],
  });
  return ids.map((agentId) => ({ ...company.ada, agentId }));
}

let last = 0;

/** What is seen of the agent from now on. */
export async function becomes(
  database: Database<SwitchboardCatalogue>,
  agent: AgentIdentity,
  presence: Presence,
): Promise<void> {
  // Two of one millisecond are one after the other.
  last = Math.max(Date.now() * 1_000, last + 1);
  await recordPresence(database, agent, { presence, seenAt: String(last) });
}

export async function limit(
  database: Database<SwitchboardCatalogue>,
  company: TestCompany,
  agent: AgentIdentity,
  capacity: number,
  weights: Parameters<typeof setCapacity>[2]['weights'] = [],
): Promise<void> {
  const supervisor = await appointSupervisor(database, company);
  await setCapacity(database, supervisor, { agentId: agent.agentId, capacity, weights });
}

/** The company's conversations, oldest first: whose they are. */
export async function assignees(inbox: TestInbox, { companyId }: TestCompany): Promise<(string | null)[]> {
  const rows = await inbox.rows<{ assignee: string | null }>(
    'select assignee_id as assignee from conversations.conversations where company_id = $1 order by number',
    [companyId],
  );
  return rows.map(({ assignee }) => assignee);
}

/** What each agent has who is no supervisor, as the writes keep it and as a recount gives it. */
export async function loads(inbox: TestInbox, { companyId }: TestCompany) {
  return inbox.rows<{ agent: string; load: number; recount: number; capacity: number; exceeded: number }>(
    `select l.agent_id as agent, l.load, l.capacity, l.exceeded_count as exceeded, coalesce((
       select sum(conversations.load_weight(l.weights, c.platform))::int from conversations.conversations c
       where c.company_id = l.company_id and c.assignee_id = l.agent_id and c.status = 'OPEN'), 0) as recount
     from conversations.agent_load l
     join conversations.agents a on a.company_id = l.company_id and a.id = l.agent_id and a.role = 'AGENT'
     where l.company_id = $1 order by l.agent_id`,
    [companyId],
  );
}

/** As another process has it: connections of its own. */
export async function anotherDatabase(inbox: TestInbox): Promise<Database<SwitchboardCatalogue>> {
  const database = createDatabase({
    context: 'conversations',
    url: inbox.urls.appUrl,
    entities,
    // All who wait for the policy's turn wait here too.
    pool: { ...pool, max: 6 },
    catalogue,
    logger,
    metrics: createMetrics({ service: 'conversations' }),
  });
  await database.start();
  return database;
}
