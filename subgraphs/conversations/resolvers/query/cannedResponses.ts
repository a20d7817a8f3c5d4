import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import { requirePermission } from '../../access/permissions.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { cannedResponseCursor, cannedResponsePage } from '../../queries/cannedResponses.ts';
import { renderedCannedResponse } from '../cannedResponse.ts';
import { pageLimits } from '../pages.ts';

export const cannedResponseQueries = {
  cannedResponses: async (_parent, { search, ...args }, { identity, read }) => {
    const agent = requirePermission(identity, 'own:keep');
    const page = pageRequest(args, pageLimits);
    const rows = await read((sql) => cannedResponsePage(sql, agent, search, page));
    return connectionOf(rows, page, cannedResponseCursor);
  },

  renderCannedResponse: (_parent, args, context) =>
    renderedCannedResponse(context, requirePermission(context.identity, 'own:keep').agentId, args),
} satisfies QueryResolvers;
