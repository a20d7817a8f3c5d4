import { AccountError, type AccountApi } from '../account.ts';

/** A web chat is our own: nobody has to be asked about it, or told. */
export const webChatAccount: AccountApi = {
  verify: async ({ externalId, settings }) => ({ externalId, name: settings.webChat?.title ?? 'Web chat' }),
  async register() {},
  async unregister() {},
  profile: async () => undefined,
  async fileAddress() {
    throw new AccountError('PLATFORM_REFUSED', 'The files of a web chat are kept here, none by its platform');
  },
};
