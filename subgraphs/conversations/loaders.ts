import { connectionOf, type Connection, type PageRequest } from '#platform/graphql/connection.ts';
import { createLoader } from '#platform/graphql/loader.ts';
import type { Presence } from '#schema/events/values.ts';
import type { Sql } from '#platform/postgres/sql.ts';
import type { Read } from './context.ts';
import { isId } from './ids.ts';
import { ratingsOfMessages } from './queries/answerRatings.ts';
import { recentTurns } from './queries/botTurns.ts';
import { activityPages } from './queries/activities.ts';
import { cannedResponsesByIds } from './queries/cannedResponses.ts';
import { policiesByIds, queuePlaces, queuesOfPolicies, workloadsOf } from './queries/assignment.ts';
import { bulkJobsByIds, bulkResultCursor, bulkResultPages } from './queries/bulkJobs.ts';
import { chatMessagesByIds } from './queries/chatMessages.ts';
import { contactMergePages, contactMergesByIds } from './queries/contactMerges.ts';
import * as contacts from './queries/contacts.ts';
import { contactConversationPages, conversationsByIds } from './queries/conversations.ts';
import { draftsByIds, draftsOfConversations } from './queries/drafts.ts';
import { cursorOf } from './queries/keyset.ts';
import { mentionsOfMessages } from './queries/mentions.ts';
import { messagePages, messagesByIds, reactionsOfMessages } from './queries/messages.ts';
import { notificationsByIds } from './queries/notifications.ts';
import { privacyJobsByIds, reportsOfJobs } from './queries/privacyJobs.ts';
import * as people from './queries/people.ts';
import { viewsByIds } from './queries/savedViews.ts';
import type { Caller, Viewer } from './queries/viewer.ts';
import type {
  ActivityRow,
  BulkResultRow,
  ContactMergeRow,
  ContactNoteRow,
  ContactRow,
  ConversationRow,
  MessageRow,
} from './rows.ts';
import type { PresenceStore } from './presence/presenceStore.ts';
import type { ViewersStore } from './presence/viewersStore.ts';

/** One page of something that belongs to an owner: of a conversation's messages, of a contact's conversations. */
export interface OwnedPage {
  readonly ownerId: string;
  readonly page: PageRequest;
}

/** What a conversation shows of what was said last. */
const MOST_TURNS = 10;

export type Loaders = ReturnType<typeof createLoaders>;

/** What a request's resolvers ask for one by one, read together and once. */
export function createLoaders(
  { read, readByKey }: { readonly read: Read; readonly readByKey: Read },
  { companyId, visitor }: Caller,
  { presence, viewers }: { readonly presence: PresenceStore; readonly viewers: ViewersStore },
) {
  /** Ids come from outside too (references, arguments): what is none is not there, and case makes no difference. */
  function byId<Row extends { readonly id: string }>(
    query: (sql: Sql, ids: readonly string[], viewer: Viewer) => Promise<Row[]>,
    by: Read = read,
  ) {
    return createLoader<string, Row>(
      async (keys) => {
        const ids = keys.filter(isId);
        const rows = ids.length === 0 ? [] : await by((sql, viewer) => query(sql, ids, viewer));
        return new Map(rows.map((row) => [row.id, row]));
      },
      (id) => id.toLowerCase(),
    );
  }

  /** As byId, for what may have gone over into something else: under the id that was asked for. */
  const contact = createLoader<string, ContactRow>(
    async (keys) => {
      const ids = keys.filter(isId);
      const rows = ids.length === 0 ? [] : await readByKey((sql, viewer) => contacts.contactsByIds(sql, viewer, ids));
      return new Map(rows.map(({ askedId, ...row }) => [askedId, row]));
    },
    (id) => id.toLowerCase(),
  );

  /** Everything of each owner; the owners come from rows, so their ids are ids. */
  function byOwner<Row>(
    query: (sql: Sql, ids: readonly string[], viewer: Viewer) => Promise<Row[]>,
    ownerOf: (row: Row) => string,
  ) {
    return createLoader<string, readonly Row[]>(async (ids) =>
      Map.groupBy(await read((sql, viewer) => query(sql, ids, viewer)), ownerOf),
    );
  }

  /** One statement for each different page that is asked for; in one operation that is one for each field. */
  function pages<Row>(
    query: (sql: Sql, ids: readonly string[], page: PageRequest, viewer: Viewer) => Promise<Row[]>,
    ownerOf: (row: Row) => string,
    cursor: (row: Row) => string,
  ) {
    const keyOf = ({ ownerId, page }: OwnedPage) => `${ownerId} ${JSON.stringify(page)}`;
    return createLoader<OwnedPage, Connection<Row>>(async (keys) => {
      const connections = new Map<string, Connection<Row>>();
      for (const same of Map.groupBy(keys, ({ page }) => JSON.stringify(page)).values()) {
        const [first] = same;
        if (!first) continue;
        const { page } = first;
        const ids = same.map(({ ownerId }) => ownerId);
        const rows = Map.groupBy(await read((sql, viewer) => query(sql, ids, page, viewer)), ownerOf);
        for (const key of same) connections.set(keyOf(key), connectionOf(rows.get(key.ownerId) ?? [], page, cursor));
      }
      return connections;
    }, keyOf);
  }

  return {
    agent: byId((sql, ids) => people.agentsByIds(sql, companyId, ids)),
    team: byId((sql, ids) => people.teamsByIds(sql, companyId, ids)),
    label: byId((sql, ids) => people.labelsByIds(sql, companyId, ids)),
    contact,
    contactNote: byId((sql, ids, viewer) => contacts.contactNotesByIds(sql, viewer, ids)),
    contactMerge: byId((sql, ids) => contactMergesByIds(sql, companyId, ids)),
    privacyJob: byId((sql, ids) => privacyJobsByIds(sql, companyId, ids)),
    conversation: byId((sql, ids, viewer) => conversationsByIds(sql, viewer, ids), readByKey),
    message: byId((sql, ids, viewer) => messagesByIds(sql, viewer, ids), readByKey),
    chatMessage: byId(async (sql, ids) => (visitor ? chatMessagesByIds(sql, visitor, ids) : [])),
    notification: byId((sql, ids, viewer) => notificationsByIds(sql, viewer, ids)),
    cannedResponse: byId((sql, ids, viewer) => cannedResponsesByIds(sql, viewer, ids)),
    draft: byId((sql, ids, viewer) => draftsByIds(sql, viewer, ids)),
    replyRule: byId((sql, ids) => people.replyRulesOf(sql, companyId, ids)),
    bulkJob: byId((sql, ids, viewer) => bulkJobsByIds(sql, viewer, ids)),
    savedView: byId((sql, ids, viewer) => viewsByIds(sql, viewer, ids)),
    teamMembers: byOwner(
      (sql, ids) => people.agentsOfTeams(sql, companyId, ids),
      ({ teamId }) => teamId,
    ),
    agentTeams: byOwner(
      (sql, ids) => people.teamsOfAgents(sql, companyId, ids),
      ({ agentId }) => agentId,
    ),
    contactIdentities: byOwner(
      (sql, ids) => contacts.identitiesOfContacts(sql, companyId, ids),
      ({ contactId }) => contactId,
    ),
    erasureReports: byOwner(
      (sql, ids) => reportsOfJobs(sql, companyId, ids),
      ({ jobId }) => jobId,
    ),
    messageReactions: byOwner(
      (sql, ids) => reactionsOfMessages(sql, companyId, ids),
      ({ messageId }) => messageId,
    ),
    policy: byId((sql, ids) => policiesByIds(sql, companyId, ids)),
    policyQueue: byId((sql, ids) => queuesOfPolicies(sql, companyId, ids)),
    queuePlace: byId((sql, ids) => queuePlaces(sql, companyId, ids)),
    workload: byId((sql, ids) => workloadsOf(sql, companyId, ids)),
    presence: createLoader<string, Presence>((ids) => presence.statesOf(companyId, ids)),
    viewers: createLoader<string, readonly string[]>((ids) => viewers.viewersOf(companyId, ids)),
    messageMentions: byOwner(
      (sql, ids) => mentionsOfMessages(sql, companyId, ids),
      ({ messageId }) => messageId,
    ),
    messageRatings: byOwner(
      async (sql, ids, { agentId }) => (agentId === null ? [] : ratingsOfMessages(sql, companyId, agentId, ids)),
      ({ messageId }) => messageId,
    ),
    conversationTurns: byOwner(
      (sql, ids) => recentTurns(sql, companyId, ids, MOST_TURNS),
      ({ conversationId }) => conversationId,
    ),
    conversationDrafts: byOwner(
      (sql, ids, viewer) => draftsOfConversations(sql, viewer, ids),
      ({ conversationId }) => conversationId,
    ),
    conversationMessages: pages<MessageRow>(
      (sql, ids, page, viewer) => messagePages(sql, viewer, ids, page),
      ({ conversationId }) => conversationId,
      ({ createdAt, id }) => cursorOf(createdAt, id),
    ),
    conversationActivities: pages<ActivityRow>(
      (sql, ids, page) => activityPages(sql, companyId, ids, page),
      ({ conversationId }) => conversationId,
      ({ occurredAt, id }) => cursorOf(occurredAt, id),
    ),
    contactNotes: pages<ContactNoteRow>(
      (sql, ids, page, viewer) => contacts.contactNotePages(sql, viewer, ids, page),
      ({ contactId }) => contactId,
      ({ createdAt, id }) => cursorOf(createdAt, id),
    ),
    contactMerges: pages<ContactMergeRow>(
      (sql, ids, page) => contactMergePages(sql, companyId, ids, page),
      ({ intoId }) => intoId,
      ({ mergedAt, id }) => cursorOf(mergedAt, id),
    ),
    bulkResults: pages<BulkResultRow>(
      (sql, ids, page) => bulkResultPages(sql, companyId, ids, page),
      ({ jobId }) => jobId,
      bulkResultCursor,
    ),
    contactConversations: pages<ConversationRow>(
      (sql, ids, page, viewer) => contactConversationPages(sql, viewer, ids, page),
      ({ contactId }) => contactId,
      ({ lastActivityAt, id }) => cursorOf(lastActivityAt, id),
    ),
  };
}
