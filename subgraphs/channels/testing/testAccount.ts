import type { Platform } from '#schema/events/values.ts';
import type { Account } from '../platforms/outbound.ts';
import { channelSettings } from '../settings.ts';

/** A connected account whose credentials are open, with a token in the form that Telegram's have. */
export function testAccount(platform: Platform, overrides: Partial<Account> = {}): Account {
  return {
    channelId: '01920000-0000-7000-8000-000000000001',
    companyId: '01920000-0000-7000-8000-000000000002',
    platform,
    externalId: '4242',
    token: '4242:AAEexample-of-a-bot-token_123',
    settings: channelSettings.parse({}),
    ...overrides,
  };
}
