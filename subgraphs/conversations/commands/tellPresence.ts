import { forbidden, unavailable, userError, type UserError } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Presence } from '#schema/events/values.ts';
import { requirePermission } from '../access/permissions.ts';
import type { AgentKey, PresenceStore, Sighting } from '../presence/presenceStore.ts';
import { recordPresence } from './recordPresence.ts';

interface Deps {
  readonly identity: Identity;
  readonly database: Database<SwitchboardCatalogue>;
  readonly presence: PresenceStore;
}

interface Told {
  readonly presence: Presence | null;
  readonly userErrors: readonly UserError[];
}

const deviceIds = /^[\w-]{1,64}$/;

/**
 * A device of the agent is there, idle, or left. Nearly always it takes Redis alone: PostgreSQL gets what changes the agent's
 * state.
 *
 * @throws GraphQLError `UNAVAILABLE` while Redis is away.
 */
export async function heartbeat(
  deps: Deps,
  { deviceId, state }: { readonly deviceId: string; readonly state: Presence },
): Promise<Told> {
  const agent = requirePermission(deps.identity, 'presence:tell');
  const refusal = refuseDevice(deviceId);
  if (refusal) return { presence: null, ...refusal };
  const sighting = await kept(deps.presence.beat(agent, deviceId, state));
  if (sighting.isNews) await writeDown(deps, agent, sighting);
  return { presence: sighting.presence, userErrors: [] };
}

/**
 * The agent wants to be AWAY on all devices, or not any more. The choice outlives the devices: whoever chose it and went is still
 * away when a laptop wakes up without them.
 *
 * @throws GraphQLError `UNAVAILABLE` while Redis is away.
 */
export async function setAway(deps: Deps, { isAway }: { readonly isAway: boolean }): Promise<Told> {
  const agent = requirePermission(deps.identity, 'presence:tell');
  const sighting = await kept(deps.presence.choose(agent, isAway));
  await writeDown(deps, agent, sighting, { isAway });
  return { presence: sighting.presence, userErrors: [] };
}

/** Undefined when it can be one. */
export function refuseDevice(deviceId: string): { readonly userErrors: readonly UserError[] } | undefined {
  if (deviceIds.test(deviceId)) return undefined;
  const message = 'A device is named by 1 to 64 letters, digits, - and _, such as a UUID that the client keeps.';
  return { userErrors: [userError('INVALID', message, ['input', 'deviceId'])] };
}

/** @throws GraphQLError `UNAVAILABLE` when it could not be kept. */
export async function kept<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch {
    throw unavailable('Who is there cannot be kept at the moment: say it again as usual.');
  }
}

async function writeDown(
  { database, presence }: Deps,
  agent: AgentKey,
  sighting: Sighting,
  chosen?: { readonly isAway: boolean },
): Promise<void> {
  if (!(await recordPresence(database, agent, sighting, chosen))) {
    throw forbidden('The company has no such agent (any more).');
  }
  await kept(presence.confirm(agent, sighting));
}
