import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { demoCompany, runPlatform, telegramMessage, type RunningPlatform } from './runningPlatform.ts';

const SECRET = 'the blue heron lands at dawn';

/** What of Acme's a stranger may know or guess: every id there is. */
interface Known {
  readonly channelId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly contactId: string;
  readonly agentId: string;
  readonly teamId: string;
  readonly labelId: string;
  readonly documentId: string;
  readonly jobId: string;
  readonly viewId: string;
  readonly webChatId: string;
  readonly visitorId: string;
  /** That a visitor of Acme's has read. */
  readonly answerId: string;
  /** By which Acme's conversations would be given out. */
  readonly policyId: string;
}

/** Every root field, called with Acme's ids. The first test fails when the graph has one that is not here. */
const calls = {
  Query: {
    company: () => '{ company { id slug name channels { id name } } }',
    channel: ({ channelId }) => `{ channel(id: "${channelId}") { id name externalId } }`,
    channels: () => '{ channels { id name externalId company { id slug } } }',
    viewer: () => '{ viewer { id name email openConversationCount } }',
    conversations: ({ channelId, agentId, teamId, labelId }) => `{
      all: conversations(first: 100) { edges { cursor node { id contact { id name } messages { edges { node { text } } } } } }
      searched: conversations(filter: { search: "heron" }) { edges { node { id } } }
      ofTheirs: conversations(filter: { channelIds: ["${channelId}"], assigneeId: "${agentId}" }) { edges { node { id } } }
      labelled: conversations(filter: { teamId: "${teamId}", labelIds: ["${labelId}"] }) { edges { node { id } } }
    }`,
    conversation: ({ conversationId }) =>
      `{ conversation(id: "${conversationId}") { id contact { name } lastMessage { text } viewers { id } queue { position } } }`,
    inboxCounts: () => '{ inboxCounts { open pending snoozed unassigned mine unread } }',
    inboxSettings: () => '{ inboxSettings { reopenWithinSeconds version } }',
    bulkJob: ({ jobId }) => `{ bulkJob(id: "${jobId}") { id total results { edges { node { conversationId } } } } }`,
    bulkJobs: () => '{ bulkJobs { edges { node { id total } } } }',
    savedViews: () => '{ savedViews { id name filter } }',
    contact: ({ contactId }) =>
      `{ contact(id: "${contactId}") { id name identities { externalId } conversations { edges { node { id } } } } }`,
    agents: () => '{ agents { id name email presence workload { load capacity } } }',
    assignmentPolicies: () => '{ assignmentPolicies { id channel { id } queue { depth } } }',
    contacts: () =>
      `{ all: contacts(first: 100) { edges { cursor node { id name notes { edges { node { text } } } } } } found: contacts(search: "Sasha") { edges { node { id } } } }`,
    auditLog: ({ contactId }) =>
      `{ all: auditLog(first: 100) { edges { node { id action subjectId before after agent { name } } } } theirs: auditLog(filter: { subjectId: "${contactId}" }) { edges { node { action } } } }`,
    privacyJob: ({ contactId }) => `{ privacyJob(id: "${contactId}") { id status url } }`,
    retentionDays: () => '{ retentionDays }',
    privacyJobs: () => '{ privacyJobs(first: 100) { edges { node { id status url contactId } } } }',
    attributeDefinitions: () => '{ attributeDefinitions { id key name } }',
    teams: () => '{ teams { id name members { id email } } }',
    labels: () => '{ labels { id name } }',
    notifications: () =>
      '{ notifications(first: 100) { edges { node { id kind conversation { id } message { text } actor { __typename } } } } }',
    unreadNotificationCount: () => '{ unreadNotificationCount }',
    notificationSettings: () => '{ notificationSettings { kinds } }',
    cannedResponses: () =>
      '{ all: cannedResponses(first: 100) { edges { node { id shortcode content } } } searched: cannedResponses(search: "heron") { edges { node { id } } } }',
    renderCannedResponse: ({ conversationId }) =>
      `{ renderCannedResponse(id: "${v7()}", conversationId: "${conversationId}") { text } }`,
    drafts: () => '{ drafts(first: 100) { edges { node { id text conversation { id } } } } }',
    documents: () => '{ documents(first: 100) { edges { node { id title } } } }',
    searchKnowledge: () => `{ searchKnowledge(query: "${SECRET}", first: 50) { text document { id title } } }`,
    dashboard: ({ channelId, agentId, teamId }) => {
      const all = '{ from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" }';
      const totals =
        '{ totals { messagesReceived conversationsOpened messagesSent } byPlatform { totals { messagesReceived } } }';
      return `{
        all: dashboard(range: ${all}) ${totals}
        channel: dashboard(range: ${all}, filter: { channelIds: ["${channelId}"] }) ${totals}
        people: dashboard(range: ${all}, filter: { agentIds: ["${agentId}"], teamIds: ["${teamId}"] }) ${totals}
      }`;
    },
    chatMessages: () => '{ chatMessages(last: 100) { edges { cursor node { id text author { name } } } } }',
  },
  Mutation: {
    sendMessage: ({ conversationId }) =>
      `mutation { sendMessage(input: { conversationId: "${conversationId}", text: "intruder", idempotencyKey: "${v7()}" }) { message { id } userErrors { code message } } }`,
    retryMessage: ({ messageId }) =>
      `mutation { retryMessage(input: { messageId: "${messageId}" }) { message { id } userErrors { code message } } }`,
    editMessage: ({ messageId }) =>
      `mutation { editMessage(input: { messageId: "${messageId}", text: "intruder" }) { message { id } userErrors { code message } } }`,
    deleteMessage: ({ messageId }) =>
      `mutation { deleteMessage(input: { messageId: "${messageId}" }) { message { id } userErrors { code message } } }`,
    setTyping: ({ conversationId }) =>
      `mutation { setTyping(input: { conversationId: "${conversationId}", isTyping: true }) { userErrors { code message } } }`,
    markUnread: ({ conversationId, messageId }) =>
      `mutation { markUnread(input: { conversationId: "${conversationId}", fromMessageId: "${messageId}" }) { conversation { id } userErrors { code message } } }`,
    markRead: ({ conversationId, messageId }) =>
      `mutation { markRead(input: { conversationId: "${conversationId}", upToMessageId: "${messageId}" }) { conversation { id } userErrors { code message } } }`,
    changeStatus: ({ conversationId }) =>
      `mutation { changeStatus(input: { conversationId: "${conversationId}", status: RESOLVED }) { conversation { id } userErrors { code message } } }`,
    assign: ({ conversationId, agentId }) =>
      `mutation { assign(input: { conversationId: "${conversationId}", agentId: "${agentId}" }) { conversation { id } userErrors { code message } } }`,
    setCapacity: ({ agentId }) =>
      `mutation { setCapacity(input: { agentId: "${agentId}", capacity: 0 }) { agent { id name } userErrors { code message } } }`,
    setAssignmentPolicy: ({ teamId }) =>
      `mutation { setAssignmentPolicy(input: { teamId: "${teamId}", strategy: ROUND_ROBIN, order: OLDEST_FIRST, graceSeconds: 0, isEnabled: true }) { policy { id team { name } } userErrors { code message } } }`,
    removeAssignmentPolicy: ({ policyId }) =>
      `mutation { removeAssignmentPolicy(input: { policyId: "${policyId}" }) { policyId userErrors { code message } } }`,
    heartbeat: () =>
      'mutation { heartbeat(input: { deviceId: "intruder", state: ONLINE }) { presence userErrors { code message } } }',
    setAway: () => 'mutation { setAway(input: { isAway: true }) { presence userErrors { code message } } }',
    viewConversation: ({ conversationId }) =>
      `mutation { viewConversation(input: { conversationId: "${conversationId}", deviceId: "intruder", isViewing: true }) { userErrors { code message } } }`,
    snoozeConversation: ({ conversationId }) =>
      `mutation { snoozeConversation(input: { conversationId: "${conversationId}" }) { conversation { id } userErrors { code message } } }`,
    openConversation: ({ conversationId }) =>
      `mutation { openConversation(input: { conversationId: "${conversationId}" }) { conversation { id } userErrors { code message } } }`,
    reopenConversation: ({ conversationId }) =>
      `mutation { reopenConversation(input: { conversationId: "${conversationId}" }) { conversation { id } userErrors { code message } } }`,
    resolveConversation: ({ conversationId }) =>
      `mutation { resolveConversation(input: { conversationId: "${conversationId}" }) { conversation { id } userErrors { code message } } }`,
    handToBot: ({ conversationId }) =>
      `mutation { handToBot(input: { conversationId: "${conversationId}" }) { conversation { id } userErrors { code message } } }`,
    takeFromBot: ({ conversationId }) =>
      `mutation { takeFromBot(input: { conversationId: "${conversationId}" }) { conversation { id } userErrors { code message } } }`,
    setPriority: ({ conversationId }) =>
      `mutation { setPriority(input: { conversationId: "${conversationId}", priority: URGENT }) { conversation { id } userErrors { code message } } }`,
    updateInboxSettings: () =>
      'mutation { updateInboxSettings(input: { reopenWithinSeconds: 60 }) { inboxSettings { version } userErrors { code message } } }',
    labelConversation: ({ conversationId, labelId }) =>
      `mutation { labelConversation(input: { conversationId: "${conversationId}", labelIds: ["${labelId}"] }) { conversation { id } userErrors { code message } } }`,
    unlabelConversation: ({ conversationId, labelId }) =>
      `mutation { unlabelConversation(input: { conversationId: "${conversationId}", labelIds: ["${labelId}"] }) { conversation { id } userErrors { code message } } }`,
    createLabel: () =>
      'mutation { createLabel(input: { name: "intruder", color: "#000000" }) { label { name } userErrors { code message } } }',
    updateLabel: ({ labelId }) =>
      `mutation { updateLabel(input: { labelId: "${labelId}", name: "taken over" }) { label { id } userErrors { code message } } }`,
    deleteLabel: ({ labelId }) =>
      `mutation { deleteLabel(input: { labelId: "${labelId}" }) { label { id } userErrors { code message } } }`,
    createTeam: () =>
      'mutation { createTeam(input: { name: "intruders" }) { team { name } userErrors { code message } } }',
    renameTeam: ({ teamId }) =>
      `mutation { renameTeam(input: { teamId: "${teamId}", name: "taken over" }) { team { id } userErrors { code message } } }`,
    deleteTeam: ({ teamId }) =>
      `mutation { deleteTeam(input: { teamId: "${teamId}" }) { team { id } userErrors { code message } } }`,
    addTeamMembers: ({ teamId, agentId }) =>
      `mutation { addTeamMembers(input: { teamId: "${teamId}", agentIds: ["${agentId}"] }) { team { id } userErrors { code message } } }`,
    removeTeamMembers: ({ teamId, agentId }) =>
      `mutation { removeTeamMembers(input: { teamId: "${teamId}", agentIds: ["${agentId}"] }) { team { id } userErrors { code message } } }`,
    addAgent: () =>
      'mutation { addAgent(input: { name: "Intruder", email: "intruder@example.com", role: AGENT }) { agent { name } userErrors { code message } } }',
    updateAgent: ({ agentId }) =>
      `mutation { updateAgent(input: { agentId: "${agentId}", role: AGENT }) { agent { id } userErrors { code message } } }`,
    limitAgentToTeams: ({ agentId }) =>
      `mutation { limitAgentToTeams(input: { agentId: "${agentId}", limited: true }) { agent { id } userErrors { code message } } }`,
    deactivateAgent: ({ agentId }) =>
      `mutation { deactivateAgent(input: { agentId: "${agentId}" }) { agent { id } userErrors { code message } } }`,
    signOutAgent: ({ agentId }) =>
      `mutation { signOutAgent(input: { agentId: "${agentId}" }) { agent { id } userErrors { code message } } }`,
    signOut: () => 'mutation { signOut { agent { name } userErrors { code message } } }',
    updateContact: ({ contactId }) =>
      `mutation { updateContact(input: { contactId: "${contactId}", name: "intruder" }) { contact { id } userErrors { code message } } }`,
    blockContact: ({ contactId }) =>
      `mutation { blockContact(input: { contactId: "${contactId}" }) { contact { id } userErrors { code message } } }`,
    unblockContact: ({ contactId }) =>
      `mutation { unblockContact(input: { contactId: "${contactId}" }) { contact { id } userErrors { code message } } }`,
    addContactNote: ({ contactId }) =>
      `mutation { addContactNote(input: { contactId: "${contactId}", text: "intruder" }) { note { id } userErrors { code message } } }`,
    editContactNote: ({ contactId }) =>
      `mutation { editContactNote(input: { noteId: "${contactId}", text: "intruder" }) { note { id } userErrors { code message } } }`,
    deleteContactNote: ({ contactId }) =>
      `mutation { deleteContactNote(input: { noteId: "${contactId}" }) { deletedId userErrors { code message } } }`,
    mergeContacts: ({ contactId }) =>
      `mutation { mergeContacts(input: { intoId: "${contactId}", fromId: "${contactId}" }) { merge { id } userErrors { code message } } }`,
    undoMerge: ({ contactId }) =>
      `mutation { undoMerge(input: { mergeId: "${contactId}" }) { merge { id } userErrors { code message } } }`,
    eraseContact: ({ contactId }) =>
      `mutation { eraseContact(input: { contactId: "${contactId}" }) { job { id } userErrors { code message } } }`,
    updateRetention: () =>
      'mutation { updateRetention(input: { days: 30 }) { retentionDays userErrors { code message } } }',
    exportContact: ({ contactId }) =>
      `mutation { exportContact(input: { contactId: "${contactId}" }) { job { id } userErrors { code message } } }`,
    createAttributeDefinition: () =>
      `mutation { createAttributeDefinition(input: { key: "globex_only", name: "Globex only", type: TEXT }) { definition { id } userErrors { code message } } }`,
    updateAttributeDefinition: ({ contactId }) =>
      `mutation { updateAttributeDefinition(input: { definitionId: "${contactId}", name: "intruder" }) { definition { id } userErrors { code message } } }`,
    deleteAttributeDefinition: ({ contactId }) =>
      `mutation { deleteAttributeDefinition(input: { definitionId: "${contactId}" }) { deletedId userErrors { code message } } }`,
    markNotificationsRead: ({ messageId }) =>
      `mutation { markNotificationsRead(input: { upToId: "${messageId}" }) { unreadNotificationCount userErrors { code message } } }`,
    updateNotificationSettings: () =>
      'mutation { updateNotificationSettings(input: { kinds: [MENTIONED] }) { notificationSettings { kinds } userErrors { code message } } }',
    createCannedResponse: () =>
      `mutation { createCannedResponse(input: { shortcode: "intruder-${v7().slice(-12)}", content: "Nothing of interest." }) { cannedResponse { shortcode } userErrors { code message } } }`,
    updateCannedResponse: ({ messageId }) =>
      `mutation { updateCannedResponse(input: { id: "${messageId}", content: "intruder" }) { cannedResponse { id } userErrors { code message } } }`,
    deleteCannedResponse: ({ messageId }) =>
      `mutation { deleteCannedResponse(input: { id: "${messageId}" }) { deletedId userErrors { code message } } }`,
    saveDraft: ({ conversationId }) =>
      `mutation { saveDraft(input: { conversationId: "${conversationId}", text: "intruder", revision: 1 }) { draft { id } userErrors { code message } } }`,
    deleteDraft: ({ conversationId }) =>
      `mutation { deleteDraft(input: { conversationId: "${conversationId}", revision: 99 }) { draft { id } userErrors { code message } } }`,
    changeConversations: ({ conversationId }) =>
      `mutation { changeConversations(input: { conversationIds: ["${conversationId}"], change: { status: RESOLVED }, idempotencyKey: "${v7()}" }) { job { total } userErrors { code message } } }`,
    cancelBulkJob: ({ jobId }) =>
      `mutation { cancelBulkJob(input: { jobId: "${jobId}" }) { job { id } userErrors { code message } } }`,
    createView: ({ teamId }) =>
      `mutation { createView(input: { name: "intruder", visibility: SHARED, filter: { teamId: "${teamId}" } }) { view { name } userErrors { code message } } }`,
    updateView: ({ viewId }) =>
      `mutation { updateView(input: { viewId: "${viewId}", name: "taken over" }) { view { id } userErrors { code message } } }`,
    deleteView: ({ viewId }) =>
      `mutation { deleteView(input: { viewId: "${viewId}" }) { viewId userErrors { code message } } }`,
    orderViews: ({ viewId }) =>
      `mutation { orderViews(input: { viewIds: ["${viewId}"] }) { savedViews { id } userErrors { code message } } }`,
    connectChannel: () =>
      `mutation { connectChannel(input: { telegram: { botToken: "${demoCompany('acme').telegram.botId}:${'x'.repeat(35)}" } }) { channel { id name } identitySecret userErrors { code message } } }`,
    requestUpload: () =>
      `mutation { requestUpload(input: { name: "a.png", mimeType: "image/png", size: 10 }) { url expiresAt userErrors { code message } } }`,
    reauthorizeChannel: ({ channelId }) =>
      `mutation { reauthorizeChannel(input: { channelId: "${channelId}", token: "x" }) { channel { id } userErrors { code message } } }`,
    pauseChannel: ({ channelId }) =>
      `mutation { pauseChannel(input: { channelId: "${channelId}" }) { channel { id } userErrors { code message } } }`,
    resumeChannel: ({ channelId }) =>
      `mutation { resumeChannel(input: { channelId: "${channelId}" }) { channel { id } userErrors { code message } } }`,
    removeChannel: ({ channelId }) =>
      `mutation { removeChannel(input: { channelId: "${channelId}" }) { channel { id } userErrors { code message } } }`,
    updateWebChat: ({ channelId }) =>
      `mutation { updateWebChat(input: { channelId: "${channelId}", name: "intruder" }) { channel { id } userErrors { code message } } }`,
    rotateIdentitySecret: ({ channelId }) =>
      `mutation { rotateIdentitySecret(input: { channelId: "${channelId}" }) { channel { id } identitySecret userErrors { code message } } }`,
    addDocument: () =>
      'mutation { addDocument(input: { title: "Globex only", text: "Nothing of interest." }) { document { title } userErrors { code message } } }',
    sendChatMessage: () =>
      `mutation { sendChatMessage(input: { clientId: "${v7()}", text: "intruder" }) { clientId userErrors { code message } } }`,
    markChatRead: ({ answerId }) =>
      `mutation { markChatRead(input: { upToMessageId: "${answerId}" }) { userErrors { code message } } }`,
    setChatTyping: () => 'mutation { setChatTyping(input: { isTyping: true }) { userErrors { code message } } }',
  },
  Subscription: {
    inboxCountsUpdates: () => 'subscription { inboxCountsUpdates { open } }',
    inboxUpdates: () => 'subscription { inboxUpdates { kind conversation { id } message { text } } }',
    conversationUpdates: ({ conversationId }) =>
      `subscription { conversationUpdates(id: "${conversationId}") { kind conversation { id } message { text } } }`,
    presenceUpdates: () => 'subscription { presenceUpdates { agent { id name } presence since } }',
    conversationViewers: ({ conversationId }) =>
      `subscription { conversationViewers(id: "${conversationId}") { conversationId viewers { id name } } }`,
    notificationUpdates: () =>
      'subscription { notificationUpdates { notification { id conversation { id } message { text } } unreadNotificationCount } }',
    draftUpdates: () => 'subscription { draftUpdates { kind conversation { id } draft { id text } } }',
    bulkJobUpdates: () => 'subscription { bulkJobUpdates { cursor job { id total } } }',
    contactUpdates: ({ contactId }) =>
      `subscription { contactUpdates(id: "${contactId}") { kind mergedId contact { id name } } }`,
    typing: ({ conversationId }) =>
      `subscription { typing(conversationId: "${conversationId}") { conversationId isTyping author { __typename ... on Agent { id name } } } }`,
    chatUpdates: () => 'subscription { chatUpdates { message { id text } } }',
    chatTyping: () => 'subscription { chatTyping { isTyping name } }',
  },
} satisfies Record<string, Record<string, (known: Known) => string>>;

/** Those that visitors of a web chat call, and nobody else may. */
const ofVisitors = new Set([
  'chatMessages',
  'sendChatMessage',
  'markChatRead',
  'setChatTyping',
  'chatUpdates',
  'chatTyping',
]);

describe('another company', () => {
  let platform: RunningPlatform;
  let acme: string;
  let globex: string;
  let known: Known;
  let acmeVisitor: string;
  let globexVisitor: string;
  /** Who asks for a field: an agent, or a visitor who claims Acme's ids for Globex. */
  const asGlobex = (field: string) => (ofVisitors.has(field) ? globexVisitor : globex);
  const asAcme = (field: string) => (ofVisitors.has(field) ? acmeVisitor : acme);

  /** What nobody outside Acme may see in any answer. */
  const acmesOwn = () => [...Object.values(known), SECRET, 'Acme', 'acme', 'Sasha'];

  async function snapshotOfAcme(): Promise<unknown> {
    const { data } = await platform.ask(
      acme,
      `query ($id: ID!) { channels { id name status } savedViews { id name } labels { id name } teams { id name members { id } } agents { id role } inboxSettings { version } inboxCounts { open unassigned mine unread } conversation(id: $id) {
        status priority botEnabled unreadCount messageCount assignee { id } messages { edges { node { text } } } } }`,
      { id: known.conversationId },
    );
    return data;
  }

  /** A visitor of Acme's writes and is answered. */
  async function answerToVisitor(): Promise<string> {
    await platform.ask(
      acmeVisitor,
      `mutation { sendChatMessage(input: { clientId: "1", text: "${SECRET}" }) { clientId } }`,
    );
    const conversationId = await eventually(async () => {
      const found = '{ conversations(filter: { platforms: [WEB_CHAT] }) { edges { node { id } } } }';
      const { data } = await platform.ask<{ conversations: { edges: { node: { id: string } }[] } }>(acme, found);
      const id = data.conversations.edges[0]?.node.id;
      if (id === undefined) throw new Error('the visitor’s message has not come in yet');
      return id;
    });
    const answer = `mutation { sendMessage(input: { conversationId: "${conversationId}", text: "${SECRET}", idempotencyKey: "a" }) { message { id } } }`;
    const { data } = await platform.ask<{ sendMessage: { message: { id: string } } }>(acme, answer);
    return data.sendMessage.message.id;
  }

  /** Does to a conversation what is so already. */
  async function beginJob(): Promise<string> {
    const begin = `mutation { changeConversations(input: { conversationIds: ["${known.conversationId}"], change: { status: OPEN }, idempotencyKey: "a" }) { job { id } } }`;
    const { data } = await platform.ask<{ changeConversations: { job: { id: string } } }>(acme, begin);
    return data.changeConversations.job.id;
  }

  async function shareView(): Promise<string> {
    const share = `mutation { createView(input: { name: "${SECRET}", visibility: SHARED, filter: {} }) { view { id } } }`;
    const { data } = await platform.ask<{ createView: { view: { id: string } } }>(acme, share);
    return data.createView.view.id;
  }

  beforeAll(async () => {
    platform = await runPlatform();
    [acme, globex] = [await platform.tokenOf('acme'), await platform.tokenOf('globex')];
    await platform.postUpdate('acme', telegramMessage(900, 1, SECRET, 'Sasha'));
    const { agents, teams, labels, telegram, webChat } = demoCompany('acme');
    const add = `mutation { addDocument(input: { title: "Acme plans", text: "# Plans\\n\\n${SECRET}." }) { document { id } } }`;
    const added = await platform.ask<{ addDocument: { document: { id: string } } }>(acme, add);
    known = await eventually(async () => {
      const { data } = await platform.ask<{
        conversations: { edges: [{ node: { id: string; contact: { id: string }; lastMessage: { id: string } } }] };
        searchKnowledge: { text: string }[];
      }>(
        acme,
        `{ conversations { edges { node { id contact { id } lastMessage { id } } } } searchKnowledge(query: "${SECRET}") { text } }`,
      );
      const [{ node }] = data.conversations.edges;
      if (!data.searchKnowledge[0]?.text.includes('heron')) throw new Error('the document is not indexed yet');
      return {
        channelId: telegram.channelId,
        conversationId: node.id,
        messageId: node.lastMessage.id,
        contactId: node.contact.id,
        agentId: agents[0]?.id ?? '',
        teamId: teams[0]?.id ?? '',
        labelId: labels[0]?.id ?? '',
        documentId: added.data.addDocument.document.id,
        jobId: '',
        viewId: '',
        webChatId: webChat?.channelId ?? '',
        visitorId: v7(),
        answerId: '',
        policyId: '',
      };
    });
    await eventually(async () => {
      const all = '{ from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" }';
      const { data } = await platform.ask(acme, `{ dashboard(range: ${all}) { totals { messagesReceived } } }`);
      if (!JSON.stringify(data).includes('"messagesReceived":1')) throw new Error('the message is not counted yet');
    });
    [acmeVisitor, globexVisitor] = (await Promise.all(
      ['acme', 'globex'].map((slug) =>
        platform.visitorToken({
          companyId: demoCompany(slug).id,
          channelId: known.webChatId,
          visitorId: known.visitorId,
        }),
      ),
    )) as [string, string];
    known = { ...known, answerId: await answerToVisitor(), jobId: await beginJob(), viewId: await shareView() };
    const policy = `mutation { setAssignmentPolicy(input: { channelId: "${known.channelId}", strategy: ROUND_ROBIN, order: OLDEST_FIRST, graceSeconds: 0, isEnabled: false }) { policy { id } } }`;
    const set = await platform.ask<{ setAssignmentPolicy: { policy: { id: string } } }>(acme, policy);
    known = { ...known, answerId: await answerToVisitor(), policyId: set.data.setAssignmentPolicy.policy.id };
  }, 60_000);

  afterAll(() => platform.stop());

  it('is asked about on every root field that the graph has', async () => {
    const { data } = await platform.ask<{
      __schema: Record<'queryType' | 'mutationType' | 'subscriptionType', { name: string; fields: { name: string }[] }>;
    }>(
      acme,
      '{ __schema { queryType { ...T } mutationType { ...T } subscriptionType { ...T } } } fragment T on __Type { name fields { name } }',
    );
    for (const { name, fields } of Object.values(data.__schema)) {
      const covered = Object.keys(calls[name as keyof typeof calls]);
      expect(covered.toSorted()).toEqual(fields.map((field) => field.name).toSorted());
    }
  });

  it.each(Object.keys(calls.Query))('learns nothing of Acme by Query.%s', async (field) => {
    const query = calls.Query[field as keyof typeof calls.Query](known);
    const answer = await platform.ask(asGlobex(field), query);
    expect(answer.errors ?? []).toEqual([]);
    const text = JSON.stringify(answer.data);
    for (const own of acmesOwn()) expect(text).not.toContain(own);
    // Figures name nobody: Globex has received nothing, so all of them are zero.
    expect(text).not.toMatch(/"(messagesReceived|conversationsOpened|messagesSent|open|unassigned|unread)":[1-9]/);
  });

  it.each(Object.keys(calls.Mutation))('changes and learns nothing of Acme by Mutation.%s', async (field) => {
    const before = await snapshotOfAcme();
    const answer = await platform.ask(asGlobex(field), calls.Mutation[field as keyof typeof calls.Mutation](known));
    const text = JSON.stringify(answer);
    // The ids that the call itself names may be named back; nothing else of Acme's may.
    for (const own of [SECRET, 'Acme', 'Sasha']) expect(text).not.toContain(own);
    expect(await snapshotOfAcme()).toEqual(before);
    expect(platform.telegram.sent()).toEqual([]);
  });

  it.each([
    ['sendMessage', { message: null }],
    ['retryMessage', { message: null }],
    ['saveDraft', { draft: null }],
    ['deleteDraft', { draft: null }],
    ['markNotificationsRead', { unreadNotificationCount: 0 }],
    ['editMessage', { message: null }],
    ['deleteMessage', { message: null }],
    ['setTyping', {}],
    ['viewConversation', {}],
    ['setCapacity', { agent: null }],
    ['setAssignmentPolicy', { policy: null }],
    ['removeAssignmentPolicy', { policyId: null }],
    ['markRead', { conversation: null }],
    ['markUnread', { conversation: null }],
    ['changeStatus', { conversation: null }],
    ['assign', { conversation: null }],
    ['snoozeConversation', { conversation: null }],
    ['openConversation', { conversation: null }],
    ['reopenConversation', { conversation: null }],
    ['resolveConversation', { conversation: null }],
    ['handToBot', { conversation: null }],
    ['takeFromBot', { conversation: null }],
    ['setPriority', { conversation: null }],
    ['cancelBulkJob', { job: null }],
    ['updateView', { view: null }],
    ['deleteView', { viewId: null }],
    ['orderViews', { savedViews: null }],
    ['labelConversation', { conversation: null }],
    ['unlabelConversation', { conversation: null }],
    ['updateLabel', { label: null }],
    ['deleteLabel', { label: null }],
    ['renameTeam', { team: null }],
    ['deleteTeam', { team: null }],
    ['addTeamMembers', { team: null }],
    ['removeTeamMembers', { team: null }],
    ['updateAgent', { agent: null }],
    ['deactivateAgent', { agent: null }],
    ['signOutAgent', { agent: null }],
    ['limitAgentToTeams', { agent: null }],
    ['updateContact', { contact: null }],
    ['blockContact', { contact: null }],
    ['unblockContact', { contact: null }],
    ['addContactNote', { note: null }],
    ['editContactNote', { note: null }],
    ['deleteContactNote', { deletedId: null }],
    ['mergeContacts', { merge: null }],
    ['undoMerge', { merge: null }],
    ['exportContact', { job: null }],
    ['eraseContact', { job: null }],
    ['updateAttributeDefinition', { definition: null }],
    ['deleteAttributeDefinition', { deletedId: null }],
  ] as const)('is told by %s that there is no such thing', async (field, nothing) => {
    const { data } = await platform.ask(globex, calls.Mutation[field](known));
    expect(data[field]).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(data[field]).toEqual({ ...nothing, userErrors: expect.any(Array) });
  });

  it.each([
    'reauthorizeChannel',
    'pauseChannel',
    'resumeChannel',
    'removeChannel',
    'updateWebChat',
    'rotateIdentitySecret',
  ] as const)('is told by %s that there is no such channel', async (field) => {
    const { data } = await platform.ask(globex, calls.Mutation[field](known));
    expect(data[field]).toMatchObject({ channel: null, userErrors: [{ code: 'NOT_FOUND' }] });
  });

  it('is told that Acme’s bot is connected already, and nothing else of it', async () => {
    const { data } = await platform.ask(globex, calls.Mutation.connectChannel());
    expect(data['connectChannel']).toMatchObject({ channel: null, userErrors: [{ code: 'ACCOUNT_TAKEN' }] });
  });

  it.each(Object.keys(calls.Subscription))('hears nothing of Acme by Subscription.%s', async (field) => {
    const query = calls.Subscription[field as keyof typeof calls.Subscription](known);
    const theirs = platform.subscribe(asGlobex(field), query);
    const ours = platform.subscribe(asAcme(field), query);
    await Promise.all([theirs.connected, ours.connected]);
    // Beginning takes a moment; until then there is nobody to tell.
    await eventually(async () => {
      await happens();
      expect(ours.received).not.toEqual([]);
    });
    // By now the same router has delivered the event to whom it belongs.
    // Counts are told at once: Globex's own, of nothing.
    const told = theirs.received.map((one) => JSON.stringify(one));
    expect(told.filter((text) => !text.includes('"inboxCountsUpdates":{"open":0}'))).toEqual([]);
    expect(theirs.failures).toEqual([]);
    ours.end();
    theirs.end();
  });

  let lastMessage = 1;
  /** Something of every kind that somebody could hear, in each of Acme's conversations. */
  async function happens(): Promise<void> {
    lastMessage += 1;
    await platform.postUpdate('acme', telegramMessage(900, lastMessage, 'still here', 'Sasha'));
    const email = `someone-${String(lastMessage)}@example.com`;
    await platform.ask(
      acme,
      `mutation { updateContact(input: { contactId: "${known.contactId}", email: "${email}" }) { userErrors { code } } }`,
    );
    const say = `mutation { sendChatMessage(input: { clientId: "${v7()}", text: "still here" }) { clientId } }`;
    await platform.ask(acmeVisitor, say);
    const begin = `mutation { changeConversations(input: { conversationIds: [], change: { status: OPEN }, idempotencyKey: "${v7()}" }) { job { id } } }`;
    await platform.ask(acme, begin);
    const all = '{ conversations { edges { node { id } } } }';
    const { data } = await platform.ask<{ conversations: { edges: { node: { id: string } }[] } }>(acme, all);
    for (const state of ['ONLINE', 'OFFLINE']) {
      const beat = `mutation { heartbeat(input: { deviceId: "a", state: ${state} }) { presence } }`;
      await platform.ask(acme, beat);
    }
    const colleague = await platform.tokenOf('acme', 'AGENT');
    const { data: own } = await platform.ask<{ viewer: { id: string } }>(acme, '{ viewer { id } }');
    for (const { node } of data.conversations.edges) {
      await platform.ask(
        acme,
        `mutation { saveDraft(input: { conversationId: "${node.id}", text: "${SECRET}", revision: ${lastMessage} }) { revision } }`,
      );
      await platform.ask(
        colleague,
        `mutation { sendMessage(input: { conversationId: "${node.id}", text: "${SECRET}", isPrivate: true, mentions: [{ agentId: "${own.viewer.id}" }], idempotencyKey: "${v7()}" }) { userErrors { code } } }`,
      );
      for (const is of [true, false]) {
        await platform.ask(
          acme,
          `mutation { viewConversation(input: { conversationId: "${node.id}", deviceId: "a", isViewing: ${String(is)} }) { userErrors { code } } }`,
        );
        await platform.ask(
          acme,
          `mutation { setTyping(input: { conversationId: "${node.id}", isTyping: ${String(is)} }) { userErrors { code } } }`,
        );
      }
    }
  }

  it('cannot answer for Acme with a cursor of Acme’s', async () => {
    const query = 'query ($after: String) { conversations(first: 1, after: $after) { edges { cursor node { id } } } }';
    const { data } = await platform.ask<{ conversations: { edges: [{ cursor: string }] } }>(acme, query);
    const stolen = await platform.ask(globex, query, { after: data.conversations.edges[0].cursor });
    expect(stolen.data).toEqual({ conversations: { edges: [] } });
  });

  it('is turned away on every root field without a token', async () => {
    const all = [...Object.values(calls.Query), ...Object.values(calls.Mutation)] as ((known: Known) => string)[];
    for (const call of all) {
      const { data, errors } = await platform.ask(undefined, call(known));
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    }
  });
});

describe('a visitor', () => {
  let platform: RunningPlatform;
  let visitor: string;
  let admin: string;

  beforeAll(async () => {
    platform = await runPlatform();
    const { id: companyId, webChat } = demoCompany('acme');
    visitor = await platform.visitorToken({ companyId, channelId: webChat?.channelId ?? '', visitorId: v7() });
    admin = await platform.tokenOf('acme');
  }, 60_000);
  afterAll(() => platform.stop());

  const nothing: Known = {
    channelId: v7(),
    conversationId: v7(),
    messageId: v7(),
    contactId: v7(),
    agentId: v7(),
    teamId: v7(),
    labelId: v7(),
    documentId: v7(),
    jobId: v7(),
    viewId: v7(),
    webChatId: v7(),
    visitorId: v7(),
    answerId: v7(),
    policyId: v7(),
  };
  const all = Object.entries({ ...calls.Query, ...calls.Mutation }) as [string, (known: Known) => string][];

  it.each(all.filter(([field]) => !ofVisitors.has(field)))(
    'may not ask for %s of their own company',
    async (_, call) => {
      const { data, errors } = await platform.ask(visitor, call(nothing));
      expect(data ?? null).toBeNull();
      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    },
  );

  it.each(all.filter(([field]) => ofVisitors.has(field)))('alone may ask for %s', async (_, call) => {
    expect((await platform.ask(visitor, call(nothing))).errors).toBeUndefined();
    const { data, errors } = await platform.ask(admin, call(nothing));
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});

describe('a stranger in production', () => {
  let platform: RunningPlatform;

  beforeAll(async () => {
    platform = await runPlatform({ production: true, overHttp: true });
  }, 60_000);
  afterAll(() => platform.stop());

  it.each([
    ['introspection', '{ __schema { types { name } } }'],
    ['the SDL of a subgraph', '{ _service { sdl } }'],
    ['entities', '{ _entities(representations: []) { __typename } }'],
  ])('does not get %s', async (_, query) => {
    const { data, errors } = await platform.ask(undefined, query);
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
  });

  it('cannot ask a subgraph directly', async () => {
    for (const service of [
      platform.platform.channels,
      platform.platform.conversations,
      platform.platform.knowledge,
      platform.platform.analytics,
    ]) {
      const response = await fetch(`${service.url()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      expect(response.status).toBe(401);
    }
  });
});
