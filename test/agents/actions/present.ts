import { giveCapacity, randomCapacity } from '../company.ts';
import { change, NOTHING, type Action, type Desk, type Outcome } from '../desk.ts';

const states = ['ONLINE', 'ONLINE', 'ONLINE', 'AWAY', 'OFFLINE'] as const;

/** Says that somebody is there, as their client does again and again. */
export function beat(desk: Desk): Promise<Outcome> {
  return change(desk, 'heartbeat', { deviceId: desk.me.id, state: desk.presence });
}

function comeOrGo(desk: Desk): Promise<Outcome> {
  desk.presence = desk.random.pick(states) ?? 'ONLINE';
  return beat(desk);
}

function setAway(desk: Desk): Promise<Outcome> {
  desk.isAway = !desk.isAway;
  return change(desk, 'setAway', { isAway: desk.isAway });
}

async function reconnect({ screen }: Desk): Promise<Outcome> {
  await screen.reconnect();
  return undefined;
}

/** The one supervisor does it, so that what somebody is given comes in an order. */
async function setCapacity({ me, company, ask, random }: Desk): Promise<Outcome> {
  const agentId = random.pick(company.colleagues)?.id;
  if (me.role !== 'SUPERVISOR' || agentId === undefined) return NOTHING;
  await giveCapacity(company, ask, agentId, randomCapacity(random));
  return undefined;
}

export const present: readonly Action[] = [
  { name: 'come or go', weight: 3, run: comeOrGo },
  { name: 'be away, or not', weight: 1, run: setAway },
  { name: 'lose the connection', weight: 1, run: reconnect },
];

/** What a supervisor does besides. */
export const supervising: readonly Action[] = [{ name: 'set a capacity', weight: 40, run: setCapacity }];
