import type { WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { ChannelEntity } from '../entities/channel.ts';
import { resumeQueues } from './resumeQueues.ts';

/** The row stays, because conversations name it; its credentials go. What waits is looked at once more, and fails. */
export async function markRemoved(
  channel: ChannelEntity,
  { sql }: Pick<WriteTransaction<SwitchboardCatalogue>, 'sql'>,
): Promise<void> {
  channel.status = 'REMOVED';
  channel.accessToken = null;
  channel.webhookSecret = null;
  await resumeQueues(sql, channel.companyId, channel.id);
}
