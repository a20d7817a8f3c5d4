import { v7 } from 'uuid';

/** What stands in a variable: an id of a kind of thing, something that nobody has said before, or where a list goes on. */
export type Slot =
  | { readonly kind: string; readonly coordinate: string }
  | { readonly fresh: () => string }
  | { readonly cursor: 'startCursor' | 'endCursor' };

/** What an argument or an input field is given. `leave out` is for what contradicts another, or needs more than a value. */
export type Value = 'leave out' | { readonly text: string } | Exclude<Slot, { readonly kind: string }>;

/** What the words of an id's name mean, where they are not the name of a type. A coordinate goes before a word. */
const kinds: Readonly<Record<string, string>> = {
  actor: 'Agent',
  assignee: 'Agent',
  definition: 'AttributeDefinition',
  from: 'Contact',
  import: 'DocumentImport',
  into: 'Contact',
  job: 'PrivacyJob',
  key: 'PartnerKey',
  merge: 'ContactMerge',
  note: 'ContactNote',
  policy: 'AssignmentPolicy',
  question: 'QuestionCluster',
  response: 'CannedResponse',
  subject: 'Contact',
  team: 'Team',
  to: 'Notification',
  view: 'SavedView',
  'CancelBulkJobInput.jobId': 'BulkJob',
  'DeleteCannedResponseInput.id': 'CannedResponse',
  'MarkNotificationsReadInput.ids': 'Notification',
  'Query.renderCannedResponse.id': 'CannedResponse',
  'SaveDraftInput.replyToId': 'Message',
  'SendMessageInput.replyToId': 'Message',
  'Subscription.bulkJobUpdates.id': 'BulkJob',
  'Subscription.contactUpdates.id': 'Contact',
  'Subscription.conversationUpdates.id': 'Conversation',
  'Subscription.documentImportUpdates.id': 'DocumentImport',
  'Subscription.documentUpdates.id': 'Document',
  'Subscription.conversationViewers.id': 'Conversation',
  'RefreshDocumentInput.id': 'Document',
  'RemoveDocumentInput.id': 'Document',
  'UpdateCannedResponseInput.id': 'CannedResponse',
  'UpdateDocumentInput.id': 'Document',
};

const text = (value: string): Value => ({ text: JSON.stringify(value) });
const name = (value: string): Value => ({ text: value });
const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const fresh: Value = { fresh: () => v7() };

/** What a type does not say: by the coordinate of an argument or input field, or by its name alone. */
const values: Readonly<Record<string, Value>> = {
  expectedVersion: 'leave out',
  clientId: fresh,
  deviceId: fresh,
  expiresAt: text(inAnHour),
  email: { fresh: () => `${v7()}@example.com` },
  idempotencyKey: fresh,
  name: fresh,
  shortcode: fresh,
  snoozedUntil: text(inAnHour),
  title: fresh,
  until: text(inAnHour),
  'AddDocumentInput.refreshHours': 'leave out',
  'AddDocumentInput.uploadId': 'leave out',
  'AddDocumentInput.url': 'leave out',
  'ImportSitemapInput.refreshHours': name('24'),
  'ImportSitemapInput.url': { fresh: () => `http://127.0.0.1:1/${v7()}` },
  'Query.documents.status': name('INDEXED'),
  'UpdateDocumentInput.format': text('PLAIN'),
  'UpdateDocumentInput.source': fresh,
  'UpdateDocumentInput.text': fresh,
  'UpdateDocumentInput.uploadId': 'leave out',
  'AddDocumentInput.format': text('PLAIN'),
  'AddDocumentInput.text': fresh,
  'BotHoursInput.from': text('09:00'),
  'BotHoursInput.to': text('18:00'),
  // However long all of this takes, nobody is handed over for that meanwhile.
  'UpdateBotSettingsInput.handOverAfterSeconds': name('86400'),
  'UpdateBotSettingsInput.timeZone': text('Europe/Paris'),
  'AuditFilter.action': text('contact.updated'),
  'AuditFilter.to': text(inAnHour),
  'ChangeStatusInput.status': name('SNOOZED'),
  'ConversationChangeInput.status': name('SNOOZED'),
  'ContactAttributeInput.key': text('tier'),
  'ContactAttributeInput.value': text('gold'),
  'ContactFilter.blocked': name('false'),
  'ContactFilter.platforms': name('[TELEGRAM]'),
  'ConversationFilter.platforms': name('[WHATSAPP]'),
  'ConversationFilter.priority': name('[HIGH]'),
  'ConversationFilter.search': text('heron'),
  'ConversationFilter.status': name('[SNOOZED]'),
  'ConversationFilter.unassigned': name('false'),
  'ConversationFilter.unread': name('false'),
  'CreateAttributeDefinitionInput.key': { fresh: () => `key_${v7().replaceAll('-', '_')}` },
  'Dashboard.series.interval': name('MONTH'),
  'Dashboard.previousSeries.interval': name('MONTH'),
  'BusinessHoursInput.holidays': text('2026-12-25'),
  'OpeningHoursInput.opensAt': text('09:00'),
  'OpeningHoursInput.closesAt': text('17:00'),
  'UpdateCompanyInput.timeZone': text('Europe/Paris'),
  'CreateLabelInput.color': text('#112233'),
  'DeleteDraftInput.revision': name('1000000'),
  'IssuePartnerKeyInput.costPerMinute': name('10000'),
  'IssuePartnerKeyInput.scopes': text('directory:read'),
  'AnswerQuestionInput.text': fresh,
  // Both companies have a document that says so, so that each is told something of its own.
  'Subscription.answerUpdates.question': text('Which animals are there?'),
  'Query.answer.question': text('Where is the otter at noon?'),
  'Query.cannedResponses.search': text('wren'),
  'Query.contacts.search': text('Sasha'),
  'Query.partnerKeys.partner': text('stoat-and-sons'),
  'Query.searchKnowledge.query': text('otter'),
  'RequestUploadInput.mimeType': text('image/png'),
  'SaveDraftInput.attachmentUrls': text('https://example.com/a.jpg'),
  'SendMessageInput.attachmentUrls': text('https://example.com/a.jpg'),
  // Each would be a whole dashboard a second; by whom and by what figures are narrowed is tried with the query.
  'Subscription.dashboardUpdates.filter': 'leave out',
  'TimeRange.to': text('2027-12-31T00:00:00.000Z'),
  'UpdateLabelInput.color': text('#112233'),
  'UpdateWebChatInput.allowedOrigins': text('https://example.com'),
  'UpdateWebChatInput.color': text('#112233'),
  'WebChatInput.allowedOrigins': text('https://example.com'),
  'WebChatInput.color': text('#112233'),
  // Of several accounts one is given; the others need a platform that knows their token.
  'ConnectChannelInput.instagram': 'leave out',
  'ConnectChannelInput.messenger': 'leave out',
  'ConnectChannelInput.telegram': 'leave out',
  'ConnectChannelInput.whatsapp': 'leave out',
  // Files that somebody has uploaded, of whom there is nobody here: that others’ are refused is tried with real ones in the tests of sending.
  'SendChatMessageInput.fileIds': 'leave out',
  'SendMessageInput.uploadIds': 'leave out',
};

/**
 * What is given although it could be left out, because without it a call comes to nothing; unless the call is tried with the other
 * thing that could stand in its place.
 */
const always: Readonly<Record<string, { readonly unless?: string }>> = {
  'ChangeConversationsInput.conversationIds': { unless: 'input.filter' },
  'AddDocumentInput.text': {},
  'AddDocumentInput.title': {},
  'ConversationChangeInput.priority': {},
  'SaveDraftInput.text': {},
  'SendChatMessageInput.text': {},
  'SendMessageInput.text': {},
  'UpdateRetentionInput.days': {},
  'SetAssignmentPolicyInput.channelId': { unless: 'input.teamId' },
};

/** @param way How a call is made: the path of what it is tried with. */
export function isAlwaysGiven(coordinate: string, way: string): boolean {
  const given = always[coordinate];
  return given !== undefined && (given.unless === undefined || !way.startsWith(given.unless));
}

/** What stands for the value of an argument or an input field where its type alone does not say it. */
export function valueOf(coordinate: string, argument: string): Value | undefined {
  return values[coordinate] ?? values[argument];
}

/**
 * The kind of thing that an id names: by the table above, by its own name (`upToMessageId` is a message's), or by what it is asked
 * for (`conversation(id:)`).
 */
export function kindOfId(coordinate: string, argument: string, returned: string): string {
  const word = /([A-Z]?[a-z]+)Ids?$/.exec(argument)?.[1] ?? '';
  const known = kinds[coordinate] ?? kinds[word.toLowerCase()];
  if (known !== undefined) return known;
  if (argument === 'id' || argument === 'ids') return returned;
  return word.charAt(0).toUpperCase() + word.slice(1);
}
