import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';
import { channelSettings } from '../settings.ts';
import { connectionChanged } from './connectionChanged.ts';

/**
 * The platform refused a channel's token: nothing is sent by it until it is connected again.
 *
 * @param refusedToken As the row had it, sealed: a newer one has not been refused yet.
 */
export async function requireReauthorization(
  { sql, publish }: Pick<WriteTransaction<SwitchboardCatalogue>, 'sql' | 'publish'>,
  companyId: string,
  channelId: string,
  refusedToken: string | null,
): Promise<void> {
  const [channel] = await sql<{ platform: Platform; name: string; settings: unknown }>`
    update channels.channels set status = 'NEEDS_REAUTHORIZATION'
    where company_id = ${companyId} and id = ${channelId} and status = 'ACTIVE'
      and access_token is not distinct from ${refusedToken}
    returning platform, name, settings`;
  if (!channel) return;
  const settings = channelSettings.parse(channel.settings);
  publish(
    connectionChanged({ ...channel, id: channelId, status: 'NEEDS_REAUTHORIZATION', settings }, { kind: 'system' }),
  );
}
