import { isDeepStrictEqual } from 'node:util';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { isId } from '../ids.ts';
import { refuse, writeAsAgent, type Outcome } from './asAgent.ts';
import { audit } from './audit.ts';

type Workable = Readonly<{ capacity: number; weights: Record<string, number> }>;

interface Changed {
  readonly id: string;
  readonly before: Workable;
  readonly after: Workable;
}

const MAX_CAPACITY = 1_000;
const MAX_WEIGHT = 100;

/**
 * How much an agent gets at most by itself, and what a conversation of each platform counts. What is undefined stays. Nothing is
 * taken from an agent who has more by now.
 */
export async function setCapacity(
  database: Database<SwitchboardCatalogue>,
  identity: Identity,
  input: {
    readonly agentId: string;
    readonly capacity?: number | null | undefined;
    readonly weights?: readonly { readonly platform: Platform; readonly weight: number }[] | null | undefined;
  },
): Promise<Outcome<{ agentId: string }>> {
  return writeAsAgent(database, identity, 'assignment:manage', async (transaction) => {
    const { sql, publish, companyId, actor } = transaction;
    const { agentId, capacity = null } = input;
    if (capacity !== null && !isWithin(capacity, MAX_CAPACITY)) {
      return refuse('INVALID', `The capacity has to be from 0 to ${MAX_CAPACITY}.`, 'capacity');
    }
    const weights = input.weights?.map(({ platform, weight }) => [platform, weight] as const) ?? null;
    if (weights?.some(([, weight]) => !isWithin(weight, MAX_WEIGHT))) {
      return refuse('INVALID', `A weight has to be from 0 to ${MAX_WEIGHT}.`, 'weights');
    }
    const byPlatform = weights && Object.fromEntries(weights);
    if (weights && byPlatform && Object.keys(byPlatform).length < weights.length) {
      return refuse('INVALID', 'Each platform has one weight: name it once.', 'weights');
    }
    if (!isId(agentId)) return agentNotFound();
    const [row] = await sql<Changed>`
      with wanted as (
        select l.agent_id, jsonb_build_object('capacity', l.capacity, 'weights', l.weights) as before, coalesce(${capacity}::int, l.capacity) as capacity,
          coalesce(${byPlatform && JSON.stringify(byPlatform)}::jsonb, l.weights) as weights
        from conversations.agent_load l
        where l.company_id = ${companyId} and l.agent_id = ${agentId} for update
      )
      update conversations.agent_load l set capacity = w.capacity, weights = w.weights, load = (
        select coalesce(sum(o.value::int * conversations.load_weight(w.weights, o.key)), 0)
        from jsonb_each_text(l.open_counts) o
      )
      from wanted w where l.company_id = ${companyId} and l.agent_id = w.agent_id
      returning l.agent_id as id, w.before, jsonb_build_object('capacity', l.capacity, 'weights', l.weights) as after`;
    if (!row) return agentNotFound();
    const { id, before, after } = row;
    if (!isDeepStrictEqual(before, after)) {
      await audit(transaction, { action: 'agent.capacity.updated', subject: { kind: 'agent', id }, before, after });
    }
    publish({ type: 'conversation.routing.changed', actor, data: { change: 'CAPACITY', agentId: id } });
    return { agentId: id };
  });
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}

function agentNotFound() {
  return refuse('NOT_FOUND', 'There is no such agent.', 'agentId');
}
