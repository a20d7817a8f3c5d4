import type { BusinessHoursResolvers, CompanyResolvers } from '../generated/resolvers.ts';
import { clockTime } from '../clockTime.ts';

export const Company: CompanyResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.company.load(id),
  channels: (_company, _args, { loaders }) => loaders.channels(),
};

export const BusinessHours: BusinessHoursResolvers = {
  week: ({ week }) => week.map(({ day, from, to }) => ({ day, opensAt: clockTime(from), closesAt: clockTime(to) })),
};
