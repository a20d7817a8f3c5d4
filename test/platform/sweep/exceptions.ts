/** Fields of which nobody gets an answer here, and why that is so. Everything else has to be answered to its owner. */
export const unanswered: Readonly<Record<string, string>> = {
  'HandoffReason.count': 'no bot has left a conversation to people here; the tests of analytics count them',
  'HandoffReason.reason': 'the same',
  'DocumentProgress.total': 'nothing here takes so long that it is said how much there is of it',
  'DeleteDraftPayload.draft': 'is given where a draft was not deleted, as there is a newer edit of it',
  'Mutation.reauthorizeChannel': 'takes a new token of the platform’s',
  'ReauthorizeChannelPayload.channel': 'the same',
};

/**
 * Ids with which a mutation is done, or seems to be, although the caller may not see what they name; by their coordinate or by the
 * input that they stand in. With the reason that this tells and changes nothing: what is kept then is looked through as well.
 */
const keptUnseen: Readonly<Record<string, string>> = {
  'ChangeConversationsInput.conversationIds': 'each item of a job fails by itself',
  ConversationChangeInput: 'the same',
  ConversationFilter: 'a filter by what is not there shows nothing',
  'MarkChatReadInput.upToMessageId':
    'of what is not sent yet nobody knows whose it is; what was sent to another is not marked',
  'MarkNotificationsReadInput.ids': 'marks what is among the caller’s own',
  'SaveDraftInput.replyToId': 'what a draft names is looked up with the rights of who wrote it',
  'SendMessageInput.cannedResponseId': 'a use is counted of what the caller may use',
  'TeamMembersInput.agentIds': 'who is not in a team is not in it after they were removed; nobody is added',
};

export function isKeptUnseen(coordinate: string): boolean {
  return coordinate in keptUnseen || (coordinate.split('.')[0] ?? '') in keptUnseen;
}

/** Queries and subscriptions by which nobody is recognised: they give figures and settings, which are compared with what they were. */
export const figures: ReadonlySet<string> = new Set([
  'botSettings',
  'dashboard',
  'dashboardUpdates',
  'fieldUsage',
  'inboxCounts',
  'inboxCountsUpdates',
  'inboxSettings',
  'notificationSettings',
  'operations',
  'retentionDays',
  'unreadNotificationCount',
]);

/** Tables in whose rows somebody's own words stand, ids of what is not theirs among them. */
export const keepsWhatIsNamed: Readonly<Record<string, string>> = {
  'channels.early_receipts': 'what a visitor has read, in case that it is sent to them',
  'channels.threads': 'the same, of a visitor’s own',
  'conversations.audit_entries': 'what somebody wanted done is entered with the words in which they wanted it',
  'conversations.bulk_job_items': 'each item of a job fails by itself',
  'conversations.bulk_jobs': 'what a job wants is refused item by item',
  'conversations.drafts': 'a draft is read by who wrote it, and what it names is looked up with their rights',
  'conversations.saved_views': 'a filter by what is not there shows nothing',
};

/** Queries whose answers change by what is asked. */
export const changesByAsking: ReadonlySet<string> = new Set(['fieldUsage', 'operations']);

/** Marked as `@personal`, and the same to two administrators here. With the reason. */
export const sameForBoth: Readonly<Record<string, string>> = {
  'InboxCounts.mine': 'no open conversation is assigned to either of them',
  'Query.notificationSettings': 'neither has chosen anything',
};

/** What a caller is nobody after, so that nothing can be tried as them any more. */
export const endsSession = /^signOut/;
