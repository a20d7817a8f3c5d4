import { demoCompanies } from '#infra/embedded/roster.ts';
import type { Role } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { Ask, Graph } from './graph.ts';
import type { Random } from './random.ts';

export interface Colleague {
  readonly id: string;
  readonly role: Role;
  readonly token: string;
  readonly teamIds: readonly string[];
  /** Sees what is of their teams, or theirs, and nothing else. */
  readonly isLimited: boolean;
}

/** How much somebody may have by themselves. */
export interface Capacity {
  readonly capacity: number;
  readonly weights: Readonly<Record<string, number>>;
}

export interface Company {
  readonly id: string;
  readonly colleagues: readonly Colleague[];
  readonly teamIds: readonly string[];
  readonly labelIds: readonly string[];
  /** Of each colleague: what they were given, one after the other. */
  readonly capacities: ReadonlyMap<string, Capacity[]>;
  /** As who runs the company. */
  readonly ask: Ask;
}

const TEAMS = 4;
/** Every fifth. */
const LIMITED = 5;
/** At once, of what is set up. */
const STEP = 10;

/** The company that they all work in; its admin is there already. */
export function demoPlace() {
  const company = demoCompanies.find(({ slug }) => slug === 'acme');
  const admin = company?.agents.find(({ role }) => role === 'ADMIN');
  if (!company || !admin) throw new Error('the demo has no company with an admin');
  return { ...company, admin };
}

/**
 * Engages so many people, of whom the first is a supervisor, in teams with policies of their own: some with little patience for
 * who is away, some that give out the most urgent first. Two channels have policies as well, the others leave it to people.
 */
export async function openCompany(graph: Graph, random: Random, agents: number): Promise<Company> {
  const place = demoPlace();
  const ask = graph.asker(await graph.tokenOf(place.admin.id, 'ADMIN'));
  const teamIds = await inSteps(TEAMS, async (n) =>
    idOf(await create(ask, 'createTeam', 'team', { name: `Team ${n}` })),
  );
  const labelIds = place.labels.map(({ id }) => id);
  const colleagues = await inSteps(agents, (n) => engage(graph, ask, { n, teamId: teamIds[n % TEAMS] ?? '' }));
  for (const teamId of teamIds) {
    const agentIds = colleagues.flatMap((one) => (one.teamIds.includes(teamId) ? [one.id] : []));
    await create(ask, 'addTeamMembers', 'team', { teamId, agentIds });
  }
  await setPolicies(ask, teamIds);
  const capacities = new Map<string, Capacity[]>(colleagues.map(({ id }) => [id, []]));
  const company = { id: place.id, colleagues, teamIds, labelIds, capacities, ask };
  await inSteps(agents, (n) => giveCapacity(company, ask, colleagues[n]?.id ?? '', randomCapacity(random)));
  return company;
}

/** Few enough that it matters. */
export function randomCapacity(random: Random): Capacity {
  return { capacity: random.below(5), weights: random.happens(0.5) ? { WHATSAPP: 2 } : {} };
}

/** Who gives it to somebody gives them nothing else at the same moment: the order is the one in which it is remembered. */
export async function giveCapacity(
  { capacities }: Pick<Company, 'capacities'>,
  ask: Ask,
  agentId: string,
  given: Capacity,
): Promise<void> {
  const weights = Object.entries(given.weights).map(([platform, weight]) => ({ platform, weight }));
  await create(ask, 'setCapacity', 'agent', { agentId, capacity: given.capacity, weights });
  capacities.get(agentId)?.push(given);
}

async function engage(
  graph: Graph,
  ask: Ask,
  { n, teamId }: { readonly n: number; readonly teamId: string },
): Promise<Colleague> {
  const role = n === 0 ? 'SUPERVISOR' : 'AGENT';
  const input = { name: `Colleague ${String(n)}`, email: `colleague-${String(n)}@acme.example`, role };
  const id = idOf(await create(ask, 'addAgent', 'agent', input));
  const isLimited = n % LIMITED === LIMITED - 1;
  if (isLimited) await create(ask, 'limitAgentToTeams', 'agent', { agentId: id, limited: true });
  return { id, role, token: await graph.tokenOf(id, role), teamIds: [teamId], isLimited };
}

async function setPolicies(ask: Ask, teamIds: readonly string[]): Promise<void> {
  const { telegram, whatsapp } = demoPlace();
  const scopes = [
    ...teamIds.map((teamId) => ({ teamId })),
    { channelId: telegram.channelId, agentsOfTeamId: teamIds[0] },
    { channelId: whatsapp?.channelId },
  ];
  for (const [n, scope] of scopes.entries()) {
    const policy = {
      ...scope,
      strategy: n % 2 === 0 ? 'ROUND_ROBIN' : 'FEWEST_OPEN',
      order: n % 2 === 0 ? 'MOST_URGENT_FIRST' : 'OLDEST_FIRST',
      graceSeconds: n % 2 === 0 ? 1 : 300,
      isEnabled: true,
    };
    // The channel itself is told of a moment after the start.
    await eventually(() => create(ask, 'setAssignmentPolicy', 'policy', policy), 30_000);
  }
}

/** Does what has to succeed. */
async function create(
  ask: Ask,
  mutation: string,
  gives: string,
  input: object,
): Promise<{ readonly id: string } | null> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${inputTypes[mutation] ?? type}!) {
    done: ${mutation}(input: $input) { ${gives} { id } userErrors { code message } }
  }`;
  const { done } = await ask<{ done: Record<string, { id: string } | null> & { userErrors: object[] } }>(query, {
    input,
  });
  if (done.userErrors.length > 0) throw new Error(`${mutation}: ${JSON.stringify(done.userErrors)}`);
  return done[gives] ?? null;
}

/** Those that are not named after their mutation. */
const inputTypes: Readonly<Record<string, string>> = { addTeamMembers: 'TeamMembersInput' };

function idOf(made: { readonly id: string } | null): string {
  if (!made) throw new Error('nothing was made, and nothing said why');
  return made.id;
}

async function inSteps<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) {
    const step = Array.from({ length: Math.min(STEP, count - made.length) }, (_, n) => made.length + n);
    made.push(...(await Promise.all(step.map(make))));
  }
  return made;
}
