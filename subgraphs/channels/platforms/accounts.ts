import type { Platform } from '#schema/events/values.ts';
import type { AccountApi } from './account.ts';
import { createInstagramAccount } from './instagram/account.ts';
import { createMessengerAccount } from './messenger/account.ts';
import { notSetUp } from './notSetUp.ts';
import type { PlatformApis } from './apis.ts';
import { createTelegramAccount } from './telegram/account.ts';
import { webChatAccount } from './webchat/account.ts';
import { createWhatsAppAccount } from './whatsapp/account.ts';

/** What is done with accounts besides sending, by platform. */
export type Accounts = Readonly<Record<Platform, AccountApi>>;

export function createAccounts({ telegram, graphs }: PlatformApis): Accounts {
  return { TELEGRAM: createTelegramAccount(telegram), WEB_CHAT: webChatAccount, ...metaAccounts(graphs) };
}

function metaAccounts(graphs: PlatformApis['graphs']): Omit<Accounts, 'TELEGRAM' | 'WEB_CHAT'> {
  if (!graphs) {
    const api = notSetUp(
      'Accounts of Meta need an app there, which this installation has not: its operators have to set META_APP_ID and what belongs to it',
    );
    return { MESSENGER: api, INSTAGRAM: api, WHATSAPP: api };
  }
  return {
    MESSENGER: createMessengerAccount(graphs.facebook),
    INSTAGRAM: createInstagramAccount(graphs),
    WHATSAPP: createWhatsAppAccount(graphs.facebook),
  };
}
