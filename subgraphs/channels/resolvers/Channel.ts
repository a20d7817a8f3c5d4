import { notFound } from '#platform/graphql/errors.ts';
import type { ChannelResolvers } from '../generated/resolvers.ts';

export const Channel: ChannelResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.channel.load(id),
  webhookUrl: (channel, _args, context) => context.webhookUrl(channel),
  async company({ companyId }, _args, { loaders }) {
    const company = await loaders.company.load(companyId);
    if (!company) throw notFound('The company of this channel does not exist');
    return company;
  },
  async health({ id }, _args, { loaders }) {
    const health = await loaders.channelHealth.load(id);
    if (!health) throw notFound('The channel does not exist any more');
    return health;
  },
};
