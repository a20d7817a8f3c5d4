import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { conversationPage } from '../../queries/conversations.ts';
import { inboxCounts } from '../../queries/inboxCounts.ts';
import { cursorOf } from '../../queries/keyset.ts';
import { pageLimits } from '../pages.ts';

export const conversationQueries = {
  conversations: async (_parent, { filter, ...args }, context) => {
    const page = pageRequest(args, pageLimits);
    const rows = await context.read((sql, viewer) => conversationPage(sql, viewer, filter ?? {}, page));
    // Before the rows' other relations ask: so the authors of these messages and the assignees are one statement.
    await context.loaders.message.loadMany(rows.flatMap(({ lastMessageId }) => lastMessageId ?? []));
    return connectionOf(rows, page, ({ lastActivityAt, id }) => cursorOf(lastActivityAt, id));
  },

  conversation: (_parent, { id }, { loaders }) => loaders.conversation.load(id),
  inboxCounts: (_parent, _args, { read }) => read(inboxCounts),
} satisfies QueryResolvers;
