import type { EventOf } from '#platform/events/catalogue.ts';
import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { enterAudit } from './audit.ts';

/** What people changed in the channels context: the company reads one log, whatever the change was about. */
export async function recordAudited(
  database: Database<SwitchboardCatalogue>,
  { id, companyId, actor, occurredAt, data }: EventOf<SwitchboardCatalogue, 'channel.audited'>,
): Promise<void> {
  const { action, channelId, subjectKind, before, after, origin } = data;
  const entry = { id, companyId, actor, occurredAt: new Date(occurredAt), origin: origin ?? undefined };
  const subject = { kind: subjectKind, id: channelId };
  await database.write(companyId, ({ sql }) => enterAudit(sql, entry, { action, subject, before, after }));
}
