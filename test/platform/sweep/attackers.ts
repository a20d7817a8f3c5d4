import { v7 } from 'uuid';
import { isPermitted, type Permission } from '#platform/graphql/access.ts';
import type { ClientIdentity } from '#platform/identity/identity.ts';
import { accessTables, scopesOfGraph } from '#infra/access/tables.ts';
import { liveAccess, livePermissions } from '#router/operations/access.ts';
import { demoCompany, PUBLIC_URL } from '../runningPlatform.ts';
import { allAreas, areasHiddenFrom, type Area } from './areas.ts';
import { callsOf, graphCalls, schema, type Call, type Root } from './operations.ts';
import { seenByOthers, words, wordsOf } from './words.ts';

/** Somebody who asks for everything of Acme. */
export interface Attacker {
  /** Nobody in particular when absent. */
  readonly identity: ClientIdentity | undefined;
  /** What they ask for. */
  readonly calls: readonly Call[];
  /** What of Acme they may not see. */
  readonly hidden: readonly Area[];
  /** What they do see: whoever sees nothing would be told nothing by a sweep that asks nothing. */
  readonly sees: readonly string[];
  /** What of it they may change all the same, if they know what it is called. */
  readonly writes: readonly Area[];
  /** What of Acme may change through them: of what they may not see, nothing in any case. */
  readonly changes: 'nothing' | 'what is their own' | 'what they see';
}

const acme = demoCompany('acme');
const globex = demoCompany('globex');
const webChat = acme.webChat?.channelId ?? '';

function agentOf(slug: string, role: 'ADMIN' | 'AGENT', which = 0): Extract<ClientIdentity, { kind: 'agent' }> {
  const company = demoCompany(slug);
  const agent = company.agents.filter((one) => one.role === role)[which];
  if (!agent) throw new Error(`${slug} has no ${role}`);
  return { kind: 'agent', companyId: company.id, agentId: agent.id, role, scopes: [] };
}

function visitorOf(companyId: string, visitorId: string): ClientIdentity {
  return { kind: 'visitor', companyId, channelId: webChat, visitorId, origin: PUBLIC_URL, scopes: [] };
}

const visitorId = v7();
/** Of Acme’s web chat. */
export const visitor = visitorOf(acme.id, visitorId);
export const otherVisitor = visitorOf(acme.id, v7());

/** Sees no conversation but those of their team. */
export const limitedAgent = agentOf('acme', 'AGENT');

const taken: Readonly<Record<Root, ReadonlyMap<string, Permission>>> = {
  Query: new Map(Object.values(accessTables).flatMap(({ query, permissions }) => permitted(query, permissions))),
  Mutation: new Map(
    Object.values(accessTables).flatMap(({ mutation, permissions }) => permitted(mutation, permissions)),
  ),
  Subscription: new Map(permitted(liveAccess, livePermissions)),
};
const types = new Map(Object.values(accessTables).flatMap((table) => permitted(table.types, table.permissions)));

function permitted(
  subjects: Readonly<Record<string, string>>,
  permissions: Readonly<Record<string, Permission>>,
): [string, Permission][] {
  return Object.entries(subjects).flatMap(([subject, name]): [string, Permission][] => {
    const permission = permissions[name];
    return permission ? [[subject, permission]] : [];
  });
}

/** For whom there is nothing of Acme, and nothing may change. */
function outside(identity: ClientIdentity | undefined, sees: readonly string[] = []): Attacker {
  return { identity, calls: graphCalls, hidden: allAreas, sees, writes: [], changes: 'nothing' };
}

/** May read what the scopes say. */
function partner(companyId: string, scopes: readonly string[]): Attacker {
  // Each a firm of its own: what one asks for is limited.
  const identity = { kind: 'partner', companyId, partner: scopes.join('+') || 'none', scopes } as const;
  const hidden = areasHiddenFrom(identity);
  const writes = (['contacts', 'conversations'] as const).filter((area) => scopes.includes(`${area}:write`));
  // With what they may not ask for, an operation is refused as a whole: so they ask for the rest alone as well.
  const calls = [...graphCalls, ...callsOf(schema, opensTo(identity))];
  return {
    identity,
    calls: [...new Map(calls.map((call) => [call.text, call])).values()],
    hidden,
    sees: wordsBut(hidden),
    writes,
    changes: writes.length > 0 ? 'what they see' : 'nothing',
  };
}

function wordsBut(hidden: readonly Area[]): string[] {
  return Object.entries(wordsOf('acme')).flatMap(([area, texts]) => (hidden.includes(area as Area) ? [] : texts));
}

/** @param blind What they may not see although others of their role may. */
function agent(identity: ClientIdentity, changes: Attacker['changes'], blind: readonly Area[]): Attacker {
  const hidden = [...new Set([...areasHiddenFrom(identity), ...blind])];
  return { identity, calls: graphCalls, hidden, sees: wordsBut(hidden), writes: [], changes };
}

export const foreignAdmin = 'an administrator of another company';

/** Everybody who must not see some or all of Acme. */
export const attackers: Readonly<Record<string, Attacker>> = {
  [foreignAdmin]: outside(agentOf('globex', 'ADMIN'), Object.values(words.globex)),
  'a partner of another company with every scope': {
    ...partner(globex.id, scopesOfGraph()),
    hidden: allAreas,
    sees: [words.globex.message],
    writes: [],
    changes: 'nothing',
  },
  'a visitor who claims to be another, of another company': outside(visitorOf(globex.id, visitorId)),
  'nobody in particular': outside(undefined),
  'a partner without a scope': partner(acme.id, []),
  ...Object.fromEntries(
    scopesOfGraph().map((scope) => [`a partner with the scope ${scope} alone`, partner(acme.id, [scope])]),
  ),
  'another visitor of the same web chat': {
    identity: otherVisitor,
    calls: graphCalls,
    hidden: allAreas,
    sees: [seenByOthers.visitor],
    writes: [],
    changes: 'what is their own',
  },
  'an agent who is limited to another team': {
    ...agent(limitedAgent, 'what is their own', ['conversations', 'contacts', 'notes', 'own']),
    sees: [seenByOthers.team],
  },
  'a colleague, of what is somebody’s own': agent(agentOf('acme', 'AGENT', 1), 'what they see', ['own']),
};

/** The code with which a root field has to be refused to somebody, if it has to be. */
export function refusalOf(root: Root, field: string, identity: ClientIdentity | undefined): string | undefined {
  if (!identity) return 'UNAUTHENTICATED';
  const permission = taken[root].get(field);
  return permission && isPermitted(permission, identity) ? undefined : 'FORBIDDEN';
}

/** Whether somebody may ask for a type's fields; what no table names is a part of what one names. */
function opensTo(identity: ClientIdentity | undefined): (type: string) => boolean {
  return (type) => {
    const permission = types.get(type);
    return !permission || (identity !== undefined && isPermitted(permission, identity));
  };
}

/** Whether a field is for visitors of a web chat, and for nobody else. */
export function isOfVisitors(root: Root, field: string): boolean {
  return taken[root].get(field)?.visitors === true;
}
