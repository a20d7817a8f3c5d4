import { LockMode } from '@mikro-orm/postgresql';
import type { Database, WriteTransaction } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { Channel, type ChannelEntity } from '../entities/channel.ts';
import { isUuid } from '../isUuid.ts';
import { type Admin } from './asAdmin.ts';
import { auditChannel, snapshotOf } from './auditChannel.ts';
import { connectionChanged } from './connectionChanged.ts';
import { channelNotFound, type Outcome, type Refused } from './outcome.ts';

type Change = (channel: ChannelEntity, transaction: WriteTransaction<SwitchboardCatalogue>) => Promise<void | Refused>;

/**
 * One transaction on a channel that is connected: what happens to one channel happens in turn. Tells what has become of the
 * channel, unless `change` refuses, which it does before it changes anything.
 */
export async function changeChannel(
  database: Database<SwitchboardCatalogue>,
  { companyId, actor }: Admin,
  id: string,
  change: Change,
): Promise<Outcome<{ channelId: string }>> {
  if (!isUuid(id)) return channelNotFound();
  return database.write(companyId, async (transaction) => {
    const { em, publish } = transaction;
    const channel = await em.findOne(Channel, { companyId, id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (!channel || channel.status === 'REMOVED') return channelNotFound();
    const before = snapshotOf(channel);
    const refused = await change(channel, transaction);
    if (refused) return refused;
    publish(connectionChanged(channel, actor));
    const audited = auditChannel(before, channel, actor);
    if (audited) publish(audited);
    return { channelId: channel.id };
  });
}
