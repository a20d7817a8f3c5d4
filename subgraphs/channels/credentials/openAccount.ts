import type { Platform } from '#schema/events/values.ts';
import type { Keyring } from '#platform/secrets/keyring.ts';
import type { Account } from '../platforms/outbound.ts';
import { channelSettings } from '../settings.ts';

/** What a channel's row says of its account. */
export interface SealedAccount {
  readonly channelId: string;
  readonly platform: Platform;
  readonly externalId: string;
  /** Null where the platform needs none. */
  readonly accessToken: string | null;
  readonly settings: unknown;
}

/** The account for one call; undefined when its token does not open with any of the keys. */
export function openAccount(keyring: Keyring, companyId: string, sealed: SealedAccount): Account | undefined {
  const { channelId, platform, externalId, accessToken } = sealed;
  const settings = channelSettings.parse(sealed.settings);
  try {
    const token = accessToken === null ? '' : keyring.open(accessToken, channelId);
    return { channelId, companyId, platform, externalId, token, settings };
  } catch {
    return undefined;
  }
}
