import { pageRequest } from '#platform/graphql/connection.ts';
import type { ConversationResolvers } from '../generated/resolvers.ts';
import { replyWindow } from '../rules/replyWindow.ts';
import { conversationAssignment } from './assignment.ts';
import { conversationViewers } from './presence.ts';
import { newest, pageLimits, present } from './pages.ts';

export const conversation: ConversationResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.conversation.load(id),
  ...conversationViewers,
  ...conversationAssignment,
  channel: ({ channelId }) => ({ id: channelId }),
  contact: async ({ contactId }, _args, { loaders }) =>
    present(await loaders.contact.load(contactId), `contact ${contactId}`),
  assignee: ({ assigneeId }, _args, { loaders }) => (assigneeId === null ? null : loaders.agent.load(assigneeId)),
  team({ teamId, team }, _args, { loaders }) {
    if (teamId === null) return null;
    return team?.id === teamId ? team : loaders.team.load(teamId);
  },
  replyWindow: async ({ platform, identityId }, _args, { loaders }) =>
    replyWindow(platform, present(await loaders.replyRule.load(identityId), `identity ${identityId}`), new Date()),
  lastMessage: ({ lastMessageId, lastMessage }, _args, { loaders }) =>
    lastMessage ?? (lastMessageId === null ? null : loaders.message.load(lastMessageId)),
  draft: async ({ id }, { kind }, { loaders }) =>
    (await loaders.conversationDrafts.load(id))?.find((draft) => draft.kind === kind) ?? null,
  drafts: async ({ id }, _args, { loaders }) => (await loaders.conversationDrafts.load(id)) ?? [],
  recentTurns: async ({ id }, _args, { loaders }) => (await loaders.conversationTurns.load(id)) ?? [],
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
