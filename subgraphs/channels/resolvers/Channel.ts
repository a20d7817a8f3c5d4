import { notFound } from '#platform/graphql/errors.ts';
import type { ChannelResolvers } from '../generated/resolvers.ts';
import { webhookUrl } from '../webhookUrl.ts';

export const Channel: ChannelResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.channel.load(id),
  webhookUrl: (channel, _args, { publicUrl }) => webhookUrl(publicUrl, channel),
  webChat: ({ settings }) => settings.webChat,
  embedCode: ({ platform, externalId }, _args, { publicUrl }) =>
    platform === 'WEB_CHAT'
      ? `<script src="${publicUrl}/chat/widget.js" data-site-key="${externalId}" async></script>`
      : null,
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
