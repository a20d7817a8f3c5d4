import type { Database } from '#platform/postgres/database.ts';
import { fragment } from '#platform/postgres/sql.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Presence } from '#schema/events/values.ts';
import type { AgentKey, Sighting } from '../presence/presenceStore.ts';

/** A sighting is never so late; a clock that was set back may be further behind, and is believed. */
const LATE_AT_MOST_US = 60_000_000;

/** When the first of the company's policies wants back what an agent left who goes now. */
const firstGrace = fragment`(
  select now() + min(p.grace_seconds) * interval '1 second' from conversations.assignment_policies p
  where p.company_id = agent_load.company_id and p.is_enabled)`;

/**
 * Writes down what was seen of an agent, and tells it when it is another state than before. What was seen earlier and comes later
 * changes nothing.
 *
 * @param chosen whether the agent has just chosen to be away, or not to be
 * @returns False when the company has no such agent.
 */
export async function recordPresence(
  database: Database<SwitchboardCatalogue>,
  { companyId, agentId }: AgentKey,
  { presence, seenAt }: Pick<Sighting, 'presence' | 'seenAt'>,
  chosen?: { readonly isAway: boolean },
): Promise<boolean> {
  return database.write(companyId, async ({ sql, publish }) => {
    const [before] = await sql<{ presence: Presence; since: Date; isLate: boolean }>`
      select presence, presence_since as since, ${seenAt}::bigint between presence_seen_at - ${LATE_AT_MOST_US}::bigint and presence_seen_at as "isLate"
      from conversations.agent_load where company_id = ${companyId} and agent_id = ${agentId} for update`;
    if (!before) return false;
    if (before.isLate) return true;
    const [now] = await sql<{ since: Date }>`
      update conversations.agent_load set
        presence = ${presence},
        presence_since = case when presence = ${presence} then presence_since else to_timestamp(${seenAt}::float8 / 1e6) end,
        presence_seen_at = ${seenAt}::bigint,
        is_away = coalesce(${chosen?.isAway ?? null}::boolean, is_away),
        return_due_at = case when ${presence} = 'OFFLINE' and presence <> 'OFFLINE' then ${firstGrace}
          when ${presence} = 'OFFLINE' then return_due_at end
      where company_id = ${companyId} and agent_id = ${agentId}
      returning presence_since as since`;
    if (now && before.presence !== presence) {
      const previously = { previous: before.presence, previousSince: before.since.toISOString() };
      const data = { agentId, presence, since: now.since.toISOString(), ...previously };
      publish({ type: 'conversation.agent.presence', actor: { kind: 'system' }, data });
    }
    return true;
  });
}
