import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { isPermitted, refusal, type Permission } from '#platform/graphql/access.ts';
import { rootFieldsOf } from '#platform/graphql/rootFields.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { RouterError } from '../errors.ts';
import { OperationError } from './errors.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;

/** Who may do what with what the router answers itself. */
export const livePermissions = {
  'conversations:read': { roles: everybody, scope: 'conversations:read' },
  /** Who is writing where is shown to those who write there. */
  'conversations:answer': { roles: everybody },
  /** Who is there, and who looks at what. */
  'presence:read': { roles: everybody },
  /** How far an agent's own jobs are. */
  'conversations:changeMany': { roles: everybody },
  'analytics:read': { roles: everybody, scope: 'analytics:read' },
  'contacts:read': { roles: everybody, scope: 'contacts:read' },
  'knowledge:read': { roles: everybody, scope: 'knowledge:read' },
  /** What is an agent's own: notifications, drafts. */
  'own:keep': { roles: everybody },
  /** The visitor's own side of a web chat. */
  chat: { roles: [], visitors: true },
} as const satisfies Record<string, Permission>;

/** What each subscription takes; a router whose graph has one more does not start. */
export const liveAccess: Readonly<Record<string, keyof typeof livePermissions>> = {
  inboxUpdates: 'conversations:read',
  conversationUpdates: 'conversations:read',
  inboxCountsUpdates: 'conversations:read',
  contactUpdates: 'contacts:read',
  documentUpdates: 'knowledge:read',
  documentImportUpdates: 'knowledge:read',
  presenceUpdates: 'presence:read',
  conversationViewers: 'presence:read',
  dashboardUpdates: 'analytics:read',
  bulkJobUpdates: 'conversations:changeMany',
  typing: 'conversations:answer',
  answerUpdates: 'knowledge:read',
  notificationUpdates: 'own:keep',
  draftUpdates: 'own:keep',
  chatUpdates: 'chat',
  chatTyping: 'chat',
};

/** What of the subgraphs is for visitors of a web chat, and nobody else; their own tables say so too. */
const visitorFields: Readonly<Record<'query' | 'mutation', readonly string[]>> = {
  query: ['chatMessages'],
  mutation: ['sendChatMessage', 'markChatRead', 'setChatTyping'],
};

/** @throws RouterError when nobody is permitted a subscription of the graph. */
export function checkLiveAccess(fields: Iterable<string>): void {
  for (const field of fields) if (!(field in liveAccess)) throw RouterError.subscriptionWithoutPermission(field);
}

/**
 * Whether somebody may run an operation at all, decided by its root fields before it is planned. Strangers may ask about the
 * schema, where they come so far; visitors may not. What else a query or a mutation takes, the subgraphs know.
 *
 * @throws GraphQLError `UNAUTHENTICATED` or `FORBIDDEN`.
 */
export function checkAccess(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  identity: Identity | undefined,
): void {
  for (const { name } of rootFieldsOf(document, operation)) {
    const field = name.value;
    if (field === '__typename') continue;
    if (!identity) {
      if (!field.startsWith('__')) throw OperationError.unauthenticated();
    } else if (operation.operation === 'subscription') {
      checkSubscription(field, identity);
    } else if ((identity.kind === 'visitor') !== visitorFields[operation.operation].includes(field)) {
      throw OperationError.forbidden(
        identity.kind === 'visitor'
          ? `A visitor of a web chat may not ask for ${field}.`
          : `${field} is for visitors of a web chat.`,
      );
    }
  }
}

function checkSubscription(field: string, identity: Identity): void {
  const name = liveAccess[field];
  const permission = name && livePermissions[name];
  if (!permission || !isPermitted(permission, identity)) throw refusal(identity, field, permission);
}
