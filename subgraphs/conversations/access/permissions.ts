import { accessTable, isPermitted, refusal, type Permission as Rule } from '#platform/graphql/access.ts';
import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity, Role } from '#platform/identity/identity.ts';

const everybody = ['AGENT', 'SUPERVISOR', 'ADMIN'] as const;
const supervisors = ['SUPERVISOR', 'ADMIN'] as const;

/** Who may do what. What an agent who is limited to their teams sees of it is in `queries/viewer.ts`. */
export const permissions = {
  /** Conversations with their messages, and how many there are. */
  'conversations:read': { roles: everybody, scope: 'conversations:read' },
  /** Write to contacts, and notes; say again what failed; show that one is writing; what one has read. */
  'conversations:answer': { roles: everybody },
  /** Edit and delete what another agent, a bot or somebody past the inbox wrote; what is one's own goes with answering. */
  'messages:moderate': { roles: supervisors },
  /** Status, assignment, labels, priority, the bot. */
  'conversations:change': { roles: everybody },
  /** Say that one is there, and what one looks at. */
  'presence:tell': { roles: everybody },
  /** How conversations are given out, and how much agents get. */
  'assignment:manage': { roles: supervisors },
  /** Who writes to the company. */
  'contacts:read': { roles: everybody, scope: 'contacts:read' },
  /** Contacts: what is known of them, notes, blocking, merging. */
  'contacts:change': { roles: everybody },
  /** Which attributes contacts have. */
  'attributes:define': { roles: ['ADMIN'] },
  /** Agents, teams, labels, and how the inbox works. */
  'directory:read': { roles: everybody, scope: 'directory:read' },
  /** The company's labels themselves; hanging one on a conversation is a change of that. */
  'labels:manage': { roles: supervisors },
  'teams:manage': { roles: supervisors },
  /** Who works here, and what of it they see. */
  'agents:manage': { roles: ['ADMIN'] },
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
    bulkJob: 'conversations:change',
    bulkJobs: 'conversations:change',
    inboxSettings: 'directory:read',
    auditLog: 'audit:read',
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
    sendMessage: 'conversations:answer',
    retryMessage: 'conversations:answer',
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
    changeConversations: 'conversations:change',
    cancelBulkJob: 'conversations:change',
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
    addContactNote: 'contacts:change',
    editContactNote: 'contacts:change',
    deleteContactNote: 'contacts:change',
    mergeContacts: 'contacts:change',
    undoMerge: 'contacts:change',
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
    updateInboxSettings: 'settings:change',
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
    Message: 'conversations:read',
    Contact: 'contacts:read',
    Agent: 'directory:read',
    Team: 'directory:read',
    Label: 'directory:read',
    Bot: 'directory:read',
    CannedResponse: 'own:keep',
    Draft: 'own:keep',
    Notification: 'own:keep',
    BulkJob: 'conversations:change',
    ChatMessage: 'chat',
  },
});

export type AgentIdentity = Extract<Identity, { readonly kind: 'agent' }>;

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
