import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;

/** Which roles of agents may do what. */
export const permissions = {
  /** Write to contacts, and notes; say again what failed; show that one is writing. */
  'conversations:answer': everybody,
  /** Status, assignment, labels, priority, the bot. */
  'conversations:change': everybody,
  /** What is an agent's own: notifications, drafts, private canned responses. */
  'own:keep': everybody,
  /** Canned responses for everybody. */
  'cannedResponses:share': ['SUPERVISOR', 'ADMIN'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

export type AgentIdentity = Extract<Identity, { readonly kind: 'agent' }>;

/** @throws GraphQLError `FORBIDDEN` for whoever is no agent, and for agents of a role that may not do it. */
export function requirePermission(identity: Identity, permission: Permission): AgentIdentity {
  if (identity.kind !== 'agent') throw forbidden('Only an agent can do this: use the token of one.');
  const roles: readonly Role[] = permissions[permission];
  if (!roles.includes(identity.role)) {
    throw forbidden(`This takes the role ${roles.join(' or ')}: ask somebody of your company who has it.`);
  }
  return identity;
}
