import { accessTable, isPermitted, refusal, type Permission as Rule } from '#platform/graphql/access.ts';
import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;
const supervisors = ['SUPERVISOR', 'ADMIN'] as const;

/** Who may do what. What an agent who is limited to their teams sees of it is in `queries/viewer.ts`. */
export const permissions = {
  /** Conversations with their messages, and how many there are. */
  'conversations:read': { roles: everybody, scope: 'conversations:read' },
  /** Write to contacts; say again what failed. Notes are for agents: a partner neither sees nor writes them. */
  'messages:send': { roles: everybody, scope: 'conversations:write' },
  /** What answering goes with: changing what one wrote, show that one is writing, what one has read. */
  'conversations:answer': { roles: everybody },
  /** Edit and delete what another agent, a bot or somebody past the inbox wrote; what is one's own goes with answering. */
  'messages:moderate': { roles: supervisors },
  /** Status, assignment, labels, priority, the bot. */
  'conversations:change': { roles: everybody, scope: 'conversations:write' },
  /** The same with hundreds at once, by jobs that are an agent's own. */
  'conversations:changeMany': { roles: everybody },
  /** Say that one is there, and what one looks at. */
  'presence:tell': { roles: everybody },
  /** How conversations are given out, and how much agents get. */
  'assignment:manage': { roles: supervisors },
  /** Who writes to the company. */
  'contacts:read': { roles: everybody, scope: 'contacts:read' },
  /** What is known of contacts, and blocking them. */
  'contacts:change': { roles: everybody, scope: 'contacts:write' },
  /** Notes about contacts, each by an agent. */
  'contacts:note': { roles: everybody },
  /** Say that two contacts are one person. */
  'contacts:merge': { roles: everybody },
  /** Which attributes contacts have. */
  'attributes:define': { roles: ['ADMIN'] },
  /** Agents, teams, labels, and how the inbox works. */
  'directory:read': { roles: everybody, scope: 'directory:read' },
  /** The company's labels themselves; hanging one on a conversation is a change of that. */
  'labels:manage': { roles: supervisors },
  'teams:manage': { roles: supervisors },
  /** Who works here, and what of it they see. */
  'agents:manage': { roles: ['ADMIN'] },
  /** Whose programs may ask the graph. */
  'partners:manage': { roles: ['ADMIN'] },
  /** How the inbox works for the whole company. */
  'settings:change': { roles: ['ADMIN'] },
  /** Views of one's own, shared or not, and their order. */
  'views:manage': { roles: everybody },
  /** Shared views of others. */
  'views:moderate': { roles: supervisors },
  /** What people changed. */
  'audit:read': { roles: ['ADMIN'] },
  /** Hand out, and erase, what is kept of a person. */
  'privacy:act': { roles: ['ADMIN'] },
  /** What is an agent's own: notifications, drafts, private canned responses. */
  'own:keep': { roles: everybody },
  /** Canned responses for everybody. */
  'cannedResponses:share': { roles: supervisors },
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
    contacts: 'contacts:read',
    attributeDefinitions: 'contacts:read',
    viewer: 'directory:read',
    agents: 'directory:read',
    teams: 'directory:read',
    labels: 'directory:read',
    assignmentPolicies: 'assignment:manage',
    savedViews: 'views:manage',
    bulkJob: 'conversations:changeMany',
    bulkJobs: 'conversations:changeMany',
    inboxSettings: 'directory:read',
    botSettings: 'directory:read',
    auditLog: 'audit:read',
    partnerKeys: 'partners:manage',
    privacyJob: 'privacy:act',
    privacyJobs: 'privacy:act',
    retentionDays: 'privacy:act',
    cannedResponses: 'own:keep',
    renderCannedResponse: 'own:keep',
    drafts: 'own:keep',
    notifications: 'own:keep',
    unreadNotificationCount: 'own:keep',
    notificationSettings: 'own:keep',
    chatMessages: 'chat',
  },
  mutation: {
    sendMessage: 'messages:send',
    retryMessage: 'messages:send',
    editMessage: 'conversations:answer',
    deleteMessage: 'conversations:answer',
    setTyping: 'conversations:answer',
    markRead: 'conversations:answer',
    markUnread: 'conversations:answer',
    changeStatus: 'conversations:change',
    assign: 'conversations:change',
    labelConversation: 'conversations:change',
    unlabelConversation: 'conversations:change',
    snoozeConversation: 'conversations:change',
    openConversation: 'conversations:change',
    reopenConversation: 'conversations:change',
    resolveConversation: 'conversations:change',
    handToBot: 'conversations:change',
    takeFromBot: 'conversations:change',
    setPriority: 'conversations:change',
    changeConversations: 'conversations:changeMany',
    cancelBulkJob: 'conversations:changeMany',
    heartbeat: 'presence:tell',
    setAway: 'presence:tell',
    viewConversation: 'presence:tell',
    setCapacity: 'assignment:manage',
    setAssignmentPolicy: 'assignment:manage',
    removeAssignmentPolicy: 'assignment:manage',
    createView: 'views:manage',
    updateView: 'views:manage',
    deleteView: 'views:manage',
    orderViews: 'views:manage',
    updateContact: 'contacts:change',
    blockContact: 'contacts:change',
    unblockContact: 'contacts:change',
    addContactNote: 'contacts:note',
    editContactNote: 'contacts:note',
    deleteContactNote: 'contacts:note',
    mergeContacts: 'contacts:merge',
    undoMerge: 'contacts:merge',
    createAttributeDefinition: 'attributes:define',
    updateAttributeDefinition: 'attributes:define',
    deleteAttributeDefinition: 'attributes:define',
    createLabel: 'labels:manage',
    updateLabel: 'labels:manage',
    deleteLabel: 'labels:manage',
    createTeam: 'teams:manage',
    renameTeam: 'teams:manage',
    deleteTeam: 'teams:manage',
    addTeamMembers: 'teams:manage',
    removeTeamMembers: 'teams:manage',
    addAgent: 'agents:manage',
    updateAgent: 'agents:manage',
    deactivateAgent: 'agents:manage',
    signOutAgent: 'agents:manage',
    signOut: 'own:keep',
    limitAgentToTeams: 'agents:manage',
    issuePartnerKey: 'partners:manage',
    rotatePartnerKey: 'partners:manage',
    revokePartnerKey: 'partners:manage',
    updateInboxSettings: 'settings:change',
    updateBotSettings: 'settings:change',
    rateAnswer: 'conversations:answer',
    exportContact: 'privacy:act',
    eraseContact: 'privacy:act',
    updateRetention: 'privacy:act',
    createCannedResponse: 'own:keep',
    updateCannedResponse: 'own:keep',
    deleteCannedResponse: 'own:keep',
    saveDraft: 'own:keep',
    deleteDraft: 'own:keep',
    markNotificationsRead: 'own:keep',
    updateNotificationSettings: 'own:keep',
    setChatTyping: 'chat',
  },
  types: {
    Conversation: 'conversations:read',
    // How many a contact has, and their cursors, say of conversations what a partner without the scope may not know.
    ConversationConnection: 'conversations:read',
    Message: 'conversations:read',
    Contact: 'contacts:read',
    Agent: 'directory:read',
    Team: 'directory:read',
    Label: 'directory:read',
    Bot: 'directory:read',
    CannedResponse: 'own:keep',
    Draft: 'own:keep',
    Notification: 'own:keep',
    BulkJob: 'conversations:changeMany',
    ChatMessage: 'chat',
  },
});

export type AgentIdentity = Extract<Identity, { readonly kind: 'agent' }>;
type PartnerIdentity = Extract<Identity, { readonly kind: 'partner' }>;

/** Whether the role alone is enough. */
export function roleMay(role: Role, permission: Permission): boolean {
  const { roles }: Rule = permissions[permission];
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
  const rule = permissions[permission];
  if (!isPermitted(rule, agent)) throw refusal(agent, 'This', rule);
  return agent;
}

/** @throws GraphQLError `FORBIDDEN` for a partner whose token does not have the scope for it. */
export function requireScope(partner: PartnerIdentity, permission: Permission): PartnerIdentity {
  const rule = permissions[permission];
  if (!isPermitted(rule, partner)) throw refusal(partner, 'This', rule);
  return partner;
}
