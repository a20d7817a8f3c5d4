import { pageRequest } from '#platform/graphql/connection.ts';
import { notFound } from '#platform/graphql/errors.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { inboxCounts } from '../../queries/inboxCounts.ts';
import { listConversations } from '../../queries/listConversations.ts';
import { pageLimits } from '../pages.ts';

export const conversationQueries = {
  conversations: async (_parent, { filter, viewId, order, ...args }, context) => {
    const page = pageRequest(args, pageLimits);
    const view = viewId == null ? undefined : await context.loaders.savedView.load(viewId);
    if (view === null) throw notFound('You have no such view: `savedViews` lists those that you have.');
    const asked = { filter: filter ?? {}, within: view?.filter ?? {}, order };
    const connection = await context.read((sql, viewer) => listConversations(sql, viewer, asked, page));
    // Before the rows' other relations ask: so the authors of these messages and the assignees are one statement. What a
    // loader has already it gives a moment later, which would be too late for that.
    const ids = connection.edges.flatMap(({ node }) => node.lastMessageId ?? []);
    const messages = new Map(
      (await context.loaders.message.loadMany(ids)).map((message, index) => [ids[index], message]),
    );
    const edges = connection.edges.map(({ cursor, node }) => {
      const lastMessage = messages.get(node.lastMessageId ?? undefined);
      return { cursor, node: lastMessage instanceof Error ? node : { ...node, lastMessage } };
    });
    return { ...connection, edges };
  },

  conversation: (_parent, { id }, { loaders }) => loaders.conversation.load(id),
  inboxCounts: (_parent, _args, { read }) => read(inboxCounts),
} satisfies QueryResolvers;
