import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { cursorOf, documentPage } from '../queries/documents.ts';
import { searchPassages } from '../queries/searchPassages.ts';
import { botQueries } from './bot.ts';

export const Query: QueryResolvers = {
  ...botQueries,
  async documents(_parent, args, { identity, session }) {
    const page = pageRequest(args, { default: 25, max: 100 });
    const rows = await session.read((sql) => documentPage(sql, identity.companyId, page));
    return connectionOf(rows, page, cursorOf);
  },
  searchKnowledge: (_parent, { query, first }, context) => searchPassages(context, query, first ?? 5),
};
