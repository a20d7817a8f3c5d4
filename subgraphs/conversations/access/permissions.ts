import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;

/** Which roles of agents may do what. */
export const permissions = {
  /** Write to contacts, and notes; say again what failed; show that one is writing. */
  'conversations:answer': everybody,
  /** Status, assignment, labels, priority, the bot. */
  'conversations:change': everybody,
  /** The company's labels themselves; hanging one on a conversation is a change of that. */
  'labels:manage': ['SUPERVISOR', 'ADMIN'],
  'teams:manage': ['SUPERVISOR', 'ADMIN'],
  'agents:manage': ['ADMIN'],
  /** How the inbox works for the whole company. */
  'settings:change': ['ADMIN'],
  /** Contacts: what is known of them, notes, blocking, merging. */
  'contacts:change': everybody,
  /** Which attributes contacts have. */
  'attributes:define': ['ADMIN'],
  /** What people changed. */
  'audit:read': ['ADMIN'],
  /** Hand out, and erase, what is kept of a person. */
  'privacy:act': ['ADMIN'],
  /** What is an agent's own: notifications, drafts, private canned responses. */
  'own:keep': everybody,
  /** Canned responses for everybody. */
  'cannedResponses:share': ['SUPERVISOR', 'ADMIN'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

export type AgentIdentity = Extract<Identity, { readonly kind: 'agent' }>;

/** @throws GraphQLError `FORBIDDEN` for whoever is no agent. */
export function requireAgent(identity: Identity): AgentIdentity {
  if (identity.kind !== 'agent') throw forbidden('Only an agent can do this: use the token of one.');
  return identity;
}

/** @throws GraphQLError `FORBIDDEN` for whoever is no agent, and for agents of a role that may not do it. */
export function requirePermission(identity: Identity, permission: Permission): AgentIdentity {
  const agent = requireAgent(identity);
  const roles: readonly Role[] = permissions[permission];
  if (!roles.includes(agent.role)) {
    throw forbidden(`This takes the role ${roles.join(' or ')}: ask somebody of your company who has it.`);
  }
  return agent;
}
