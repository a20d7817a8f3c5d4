import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Platform } from '#schema/events/values.ts';
import type { ChannelStatus } from '../rows.ts';

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
    /** Sealed with the channel's id as context, so that it opens for no other channel. */
    accessToken: p.text(),
    /** Sealed likewise. Apart from the token, because the webhook needs this one and must not hold the other. */
    webhookSecret: p.text(),
  },
});
