import { v7 } from 'uuid';

/** What the words of an id's name mean, where they are not the name of a type. */
const kinds: Readonly<Record<string, string>> = {
  assignee: 'Agent',
  actor: 'Agent',
  member: 'Agent',
  definition: 'AttributeDefinition',
  merge: 'ContactMerge',
  job: 'PrivacyJob',
  view: 'SavedView',
  policy: 'AssignmentPolicy',
  note: 'ContactNote',
  response: 'CannedResponse',
  subject: 'Contact',
  to: 'Notification',
  into: 'Contact',
  from: 'Contact',
  merged: 'Contact',
  kept: 'Contact',
  other: 'Contact',
  'Subscription.conversationUpdates.id': 'Conversation',
  'Subscription.bulkJobUpdates.id': 'BulkJob',
  'Subscription.contactUpdates.id': 'Contact',
  'Subscription.conversationViewers.id': 'Conversation',
  'CancelBulkJobInput.jobId': 'BulkJob',
  'SendMessageInput.replyToId': 'Message',
  'SaveDraftInput.replyToId': 'Message',
  'MarkNotificationsReadInput.ids': 'Notification',
  'UpdateCannedResponseInput.id': 'CannedResponse',
  'DeleteCannedResponseInput.id': 'CannedResponse',
  'Query.renderCannedResponse.id': 'CannedResponse',
};

const inAnHour = () => JSON.stringify(new Date(Date.now() + 3_600_000).toISOString());
const unique = () => JSON.stringify(v7());

/**
 * What a type does not say: by the coordinate of an argument or input field, or by its name alone. `leave out` for what contradicts
 * other arguments.
 */
const special: Readonly<Record<string, () => string>> = {
  last: () => 'leave out',
  before: () => 'leave out',
  after: () => 'leave out',
  expectedVersion: () => 'leave out',
  idempotencyKey: unique,
  clientId: unique,
  deviceId: unique,
  snoozedUntil: inAnHour,
  until: inAnHour,
  'ChangeStatusInput.status': () => 'SNOOZED',
  'ConversationChangeInput.status': () => 'SNOOZED',
  // Either that or the ids.
  'ChangeConversationsInput.filter': () => 'leave out',
  // Nobody has uploaded any here: that others' are refused is tried with real ones in the tests of sending.
  'SendMessageInput.uploadIds': () => 'leave out',
  'RequestUploadInput.mimeType': () => '"image/png"',
  'TimeRange.from': () => '"2026-01-01T00:00:00.000Z"',
  'TimeRange.to': () => '"2027-12-31T00:00:00.000Z"',
  'Dashboard.series.interval': () => 'MONTH',
  'SendMessageInput.attachmentUrls': () => '["https://example.com/heron.jpg"]',
  // Nobody has uploaded any here: that others' are refused is tried with real ones in the tests of channels.
  'SendChatMessageInput.fileIds': () => 'leave out',
  'AddDocumentInput.title': unique,
  'AddDocumentInput.format': () => '"PLAIN"',
  'Query.searchKnowledge.query': () => '"blue heron"',
  'WebChatInput.allowedOrigins': () => '["https://heron.example"]',
  'UpdateWebChatInput.allowedOrigins': () => '["https://heron.example"]',
  'WebChatInput.color': () => '"#112233"',
  'UpdateWebChatInput.color': () => '"#112233"',
  // Exactly one of its accounts; the others need a platform.
  'Mutation.connectChannel.input': () => '{ webChat: { allowedOrigins: ["https://heron.example"], title: "Heron" } }',
};

export function specialValue(coordinate: string, name: string): string | undefined {
  return (special[coordinate] ?? special[name])?.();
}

/**
 * The kind of thing that an id names: by the table above, by its own name (`upToMessageId` is a message's), or by what it is asked
 * for (`conversation(id:)`).
 */
export function kindOfId(coordinate: string, name: string, returned: string): string {
  const word = /([A-Z]?[a-z]+)Ids?$/.exec(name)?.[1] ?? '';
  const known = kinds[coordinate] ?? kinds[word.toLowerCase()];
  if (known !== undefined) return known;
  if (name === 'id' || name === 'ids') return returned;
  return word.charAt(0).toUpperCase() + word.slice(1);
}
