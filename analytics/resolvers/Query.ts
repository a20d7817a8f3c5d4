import { badUserInput } from '#platform/graphql/errors.ts';
import { readDashboard } from '#schema/dashboards.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { dashboardRow, readRange } from './arguments.ts';

const MOST_DAYS = 180;

export const Query: QueryResolvers = {
  dashboard: (_parent, asked, { identity }) => dashboardRow(readDashboard(asked), identity),

  operations: (_parent, { range }) => ({ span: readRange(range) }),

  fieldUsage: (_parent, { days }, { identity, fieldUsage }) => {
    if (days < 1 || days > MOST_DAYS) throw badUserInput(`Days are 1 to ${String(MOST_DAYS)}`, 'days');
    return fieldUsage({ companyId: identity.companyId, days });
  },
};
