import { defineEntity, p, type InferEntity } from '@mikro-orm/postgresql';
import type { Platform } from '#schema/events/values.ts';
import type { ChannelStatus } from '../rows.ts';
import type { ChannelSettings } from '../settings.ts';

export const Channel = defineEntity({
  name: 'Channel',
  tableName: 'channels',
  properties: {
    id: p.uuid().primary(),
    companyId: p.uuid(),
    platform: p.text().$type<Platform>(),
    name: p.text(),
    externalId: p.text(),
    status: p.text().$type<ChannelStatus>(),
    /** Sealed with the channel's id as context, so that it opens for no other channel. Null: it has none, or was removed. */
    accessToken: p.text().strictNullable(),
    /**
     * Sealed likewise. Apart from the token, because what comes in is checked with this one and must not hold the other.
     * Null: the channel was removed.
     */
    webhookSecret: p.text().strictNullable(),
    settings: p.json().$type<ChannelSettings>(),
  },
});
export type ChannelEntity = InferEntity<typeof Channel>;
