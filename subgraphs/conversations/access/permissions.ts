import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;
const supervisors = ['SUPERVISOR', 'ADMIN'] as const;

/** Which roles of agents may do what. */
export const permissions = {
  /** Write to contacts, and notes; say again what failed; show that one is writing. */
  'conversations:answer': everybody,
  /** Edit and delete what another agent, a bot or somebody past the inbox wrote; what is one's own goes with answering. */
  'messages:moderate': ['SUPERVISOR', 'ADMIN'],
  /** Status, assignment, labels, priority, the bot. */
  'conversations:change': everybody,
  /** Say that one is there, and what one looks at. */
  'presence:tell': everybody,
  /** How conversations are given out, and how much agents get. */
  'assignment:manage': supervisors,
  /** The company's labels themselves; hanging one on a conversation is a change of that. */
  'labels:manage': ['SUPERVISOR', 'ADMIN'],
  'teams:manage': ['SUPERVISOR', 'ADMIN'],
  'agents:manage': ['ADMIN'],
  /** Views of one's own, shared or not, and their order. */
  'views:manage': everybody,
  /** Shared views of others. */
  'views:moderate': ['SUPERVISOR', 'ADMIN'],
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

export function isPermitted(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = permissions[permission];
  return roles.includes(role);
}

/** @throws GraphQLError `FORBIDDEN` for whoever is no agent. */
export function requireAgent(identity: Identity): AgentIdentity {
  if (identity.kind !== 'agent') throw forbidden('Only an agent can do this: use the token of one.');
  return identity;
}

/** @throws GraphQLError `FORBIDDEN` for whoever is no agent, and for agents of a role that may not do it. */
export function requirePermission(identity: Identity, permission: Permission): AgentIdentity {
  const agent = requireAgent(identity);
  if (!isPermitted(agent.role, permission)) {
    throw forbidden(
      `This takes the role ${permissions[permission].join(' or ')}: ask somebody of your company who has it.`,
    );
  }
  return agent;
}
