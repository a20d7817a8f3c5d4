import type { CompanyResolvers } from '../generated/resolvers.ts';

export const Company: CompanyResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.company.load(id),
  channels: (_company, _args, { loaders }) => loaders.channels(),
};
