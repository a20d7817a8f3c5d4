import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { cursorOf, documentPage } from '../queries/documents.ts';
import { importCursorOf, importPage } from '../queries/imports.ts';
import { searchPassages } from '../queries/searchPassages.ts';
import { botQueries } from './bot.ts';

export const Query: QueryResolvers = {
  ...botQueries,
  async documents(_parent, args, { identity, session }) {
    const page = pageRequest(args, { default: 25, max: 100 });
    const rows = await session.read((sql) => documentPage(sql, identity.companyId, args, page));
    return connectionOf(rows, page, cursorOf);
  },
  async documentImports(_parent, args, { identity, session }) {
    const page = pageRequest(args, { default: 25, max: 100 });
    const rows = await session.read((sql) => importPage(sql, identity.companyId, page));
    return connectionOf(rows, page, importCursorOf);
  },
  searchKnowledge: (_parent, { query, first }, context) => searchPassages(context, query, first ?? 5),
};
