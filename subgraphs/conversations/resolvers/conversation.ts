import { pageRequest } from '#platform/graphql/connection.ts';
import type { ConversationResolvers } from '../generated/resolvers.ts';
import { replyWindow } from '../rules/replyWindow.ts';
import { newest, pageLimits, present } from './pages.ts';

export const conversation: ConversationResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.conversation.load(id),
  channel: ({ channelId }) => ({ id: channelId }),
  contact: async ({ contactId }, _args, { loaders }) =>
    present(await loaders.contact.load(contactId), `contact ${contactId}`),
  assignee: ({ assigneeId }, _args, { loaders }) => (assigneeId === null ? null : loaders.agent.load(assigneeId)),
  team: ({ teamId }, _args, { loaders }) => (teamId === null ? null : loaders.team.load(teamId)),
  replyWindow: async ({ platform, identityId }, _args, { loaders }) =>
    replyWindow(platform, present(await loaders.replyRule.load(identityId), `identity ${identityId}`), new Date()),
  lastMessage: ({ lastMessageId }, _args, { loaders }) =>
    lastMessageId === null ? null : loaders.message.load(lastMessageId),
  draft: async ({ id }, { kind }, { loaders }) =>
    (await loaders.conversationDrafts.load(id))?.find((draft) => draft.kind === kind) ?? null,
  drafts: async ({ id }, _args, { loaders }) => (await loaders.conversationDrafts.load(id)) ?? [],
  messages: async ({ id: ownerId }, args, { loaders }) =>
    present(
      await loaders.conversationMessages.load({ ownerId, page: pageRequest(newest(args), pageLimits) }),
      'a page',
    ),
  activities: async ({ id: ownerId }, args, { loaders }) =>
    present(
      await loaders.conversationActivities.load({ ownerId, page: pageRequest(newest(args), pageLimits) }),
      'a page',
    ),
};
