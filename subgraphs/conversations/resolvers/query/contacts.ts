import { connectionOf, pageRequest } from '#platform/graphql/connection.ts';
import type { QueryResolvers } from '../../generated/resolvers.ts';
import { listDefinitions } from '../../queries/attributeDefinitions.ts';
import { contactPage } from '../../queries/contacts.ts';
import { cursorOf } from '../../queries/keyset.ts';
import { pageLimits } from '../pages.ts';

export const contactQueries = {
  contact: (_parent, { id }, { loaders }) => loaders.contact.load(id),

  contacts: async (_parent, { search, filter, ...args }, { read }) => {
    const page = pageRequest(args, pageLimits);
    const asked = { search: search ?? '', filter: filter ?? {} };
    const rows = await read((sql, viewer) => contactPage(sql, viewer, asked, page));
    return connectionOf(rows, page, ({ createdAt, id }) => cursorOf(createdAt, id));
  },

  attributeDefinitions: (_parent, _args, { viewer, read }) => read((sql) => listDefinitions(sql, viewer.companyId)),
} satisfies QueryResolvers;
