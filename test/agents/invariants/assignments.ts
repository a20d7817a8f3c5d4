import type { Capacity, Company } from '../company.ts';
import { isOfConversation, type ConversationEvent, type Told } from '../eventLog.ts';
import type { Tables } from '../tables.ts';
import { holds, type Invariant } from './invariant.ts';

/** What everybody has until they are given something else. */
const unset: Capacity = { capacity: 10, weights: {} };

interface Held {
  readonly platform: string;
  readonly agentId: string;
}

/** What is known of the company after the events up to one of them. */
interface Replay {
  /** Conversations that are open and with somebody. */
  readonly held: Map<string, Held>;
  readonly capacityOf: (agentId: string) => Capacity;
  /** How often each got more than their limit from a person. */
  readonly exceeded: Map<string, number>;
  readonly overfilled: string[];
  given: number;
}

interface Load {
  readonly agentId: string;
  readonly load: number;
  readonly capacity: number;
  readonly exceededCount: number;
  readonly recount: number;
}

/**
 * Nobody got more than their limit by a policy, at no moment, and the figures of the load are what the conversations say. People
 * may give more, and that is counted.
 */
export async function checkCapacities({
  tables,
  told,
  company,
}: {
  readonly tables: Tables;
  readonly told: readonly Told[];
  readonly company: Company;
}): Promise<Invariant[]> {
  const replayed = replay(told, company.capacities);
  const loads = await readLoads(tables);
  return [
    { name: 'no policy gives more than the capacity', checked: replayed.given, broken: replayed.overfilled },
    holds('the load is a recount, and the capacity what was given', loads, ({ agentId, load, recount, capacity }) => {
      const known = replayed.capacityOf(agentId).capacity;
      if (load === recount && load === loadOf(replayed, agentId) && capacity === known) return undefined;
      return `${agentId} has ${String(load)} of ${String(capacity)}, counted ${String(recount)} of ${String(known)}`;
    }),
    holds('whoever has more got it from people, each time counted', loads, ({ agentId, exceededCount }) => {
      const times = replayed.exceeded.get(agentId) ?? 0;
      return times === exceededCount
        ? undefined
        : `${agentId}: ${String(exceededCount)} times instead of ${String(times)}`;
    }),
    await nobodyIdles(tables),
  ];
}

function replay(told: readonly Told[], capacities: Company['capacities']): Replay {
  const turns = new Map<string, number>();
  const replayed: Replay = {
    held: new Map(),
    exceeded: new Map(),
    overfilled: [],
    given: 0,
    capacityOf: (agentId) => capacities.get(agentId)?.[(turns.get(agentId) ?? 0) - 1] ?? unset,
  };
  for (const one of told) {
    const { event } = one;
    if (event.type === 'conversation.routing.changed' && event.data.agentId !== null) {
      turns.set(event.data.agentId, (turns.get(event.data.agentId) ?? 0) + 1);
    }
    if (isOfConversation(one)) follow(replayed, one);
  }
  return replayed;
}

function follow(replayed: Replay, { sequence, event }: Told<ConversationEvent>): void {
  const { id, status, assigneeId, platform } = event.data.conversation;
  const before = replayed.held.get(id)?.agentId;
  const holder = status === 'OPEN' && assigneeId !== null ? assigneeId : undefined;
  if (holder === undefined) return void replayed.held.delete(id);
  replayed.held.set(id, { platform, agentId: holder });
  if (holder === before) return;
  const isGiven = event.type === 'conversation.assigned' && event.data.reason === 'POLICY';
  if (isGiven) replayed.given += 1;
  const load = loadOf(replayed, holder);
  if (load <= replayed.capacityOf(holder).capacity) return;
  if (isGiven) replayed.overfilled.push(`${holder} has ${String(load)} after ${String(sequence)}`);
  else replayed.exceeded.set(holder, (replayed.exceeded.get(holder) ?? 0) + 1);
}

function loadOf({ held, capacityOf }: Replay, agentId: string): number {
  const { weights } = capacityOf(agentId);
  return [...held.values()]
    .filter((one) => one.agentId === agentId)
    .reduce((sum, { platform }) => sum + (weights[platform] ?? 1), 0);
}

function readLoads(tables: Tables): Promise<Load[]> {
  return tables.rows<Load>(
    `select l.agent_id as "agentId", l.load, l.capacity, l.exceeded_count as "exceededCount", coalesce(sum(
       case when c.id is null then 0 else coalesce((l.weights ->> c.platform)::int, 1) end), 0)::int as recount
     from conversations.agent_load l
     left join conversations.conversations c on c.company_id = l.company_id and c.assignee_id = l.agent_id
       and c.status = 'OPEN'
     group by l.company_id, l.agent_id`,
  );
}

/** Conversations that wait under a policy, with somebody there who could take them. */
async function nobodyIdles(tables: Tables): Promise<Invariant> {
  const [counted] = await tables.rows<{ waiting: number }>(`select count(distinct c.id)::int as waiting ${waiting}`);
  const idle = await tables.rows<{ number: number; agentId: string }>(
    `select c.number, l.agent_id as "agentId" ${waiting}
     and l.presence = 'ONLINE' and l.load + coalesce((l.weights ->> c.platform)::int, 1) <= l.capacity
     and (coalesce(p.team_id, p.agents_of_team_id) is null or exists (
       select from conversations.team_members m
       where m.team_id = coalesce(p.team_id, p.agents_of_team_id) and m.agent_id = l.agent_id))`,
  );
  return {
    name: 'nobody is idle while something waits for them',
    checked: counted?.waiting ?? 0,
    broken: idle.map(({ number, agentId }) => `#${String(number)} waits, and ${agentId} has room`),
  };
}

const waiting = `from conversations.conversations c
  join conversations.assignment_policies p
    on p.team_id = c.team_id or (c.team_id is null and p.channel_id = c.channel_id)
  join conversations.agent_load l on l.company_id = c.company_id
  where c.status = 'OPEN' and c.assignee_id is null and c.waiting_since is not null`;
