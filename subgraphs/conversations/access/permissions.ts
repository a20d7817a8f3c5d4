import { accessTable, isPermitted, refusal, type Permission as Rule } from '#platform/graphql/access.ts';
import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;

/** Who may do what. What an agent who is limited to their teams sees of it is in `queries/viewer.ts`. */
export const permissions = {
  /** Conversations with their messages, and how many there are. */
  'conversations:read': { roles: everybody, scope: 'conversations:read' },
  /** Write to contacts, and notes; say again what failed; show that one is writing; what one has read. */
  'conversations:answer': { roles: everybody },
  /** Status, assignment, labels, priority, the bot. */
  'conversations:change': { roles: everybody },
  /** Who writes to the company. */
  'contacts:read': { roles: everybody, scope: 'contacts:read' },
  /** Agents, teams and labels. */
  'directory:read': { roles: everybody, scope: 'directory:read' },
  /** What agents may see. */
  'directory:manage': { roles: ['ADMIN'] },
  /** The visitor's own side of a web chat. */
  chat: { roles: [], visitors: true },
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof permissions;

/** What each root field and each entity takes; a service whose table leaves one out does not start. */
export const access = accessTable<Permission>(permissions, {
  query: {
    conversations: 'conversations:read',
    conversation: 'conversations:read',
    inboxCounts: 'conversations:read',
    contact: 'contacts:read',
    viewer: 'directory:read',
    agents: 'directory:read',
    teams: 'directory:read',
    labels: 'directory:read',
    chatMessages: 'chat',
  },
  mutation: {
    sendMessage: 'conversations:answer',
    retryMessage: 'conversations:answer',
    setTyping: 'conversations:answer',
    markRead: 'conversations:answer',
    markUnread: 'conversations:answer',
    changeStatus: 'conversations:change',
    assign: 'conversations:change',
    limitAgentToTeams: 'directory:manage',
    setChatTyping: 'chat',
  },
  types: {
    Conversation: 'conversations:read',
    Message: 'conversations:read',
    Contact: 'contacts:read',
    Agent: 'directory:read',
    Team: 'directory:read',
    Label: 'directory:read',
    Bot: 'directory:read',
    ChatMessage: 'chat',
  },
});

export type AgentIdentity = Extract<Identity, { readonly kind: 'agent' }>;

/** @throws GraphQLError `FORBIDDEN` for whoever is no agent, and for agents of a role that may not do it. */
export function requirePermission(identity: Identity, permission: Permission): AgentIdentity {
  if (identity.kind !== 'agent') throw forbidden('Only an agent can do this: use the token of one.');
  const rule = permissions[permission];
  if (!isPermitted(rule, identity)) throw refusal(identity, 'This', rule);
  return identity;
}
