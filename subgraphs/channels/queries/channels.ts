import type { ReadSession } from '#platform/postgres/readSession.ts';
import { fragment } from '#platform/postgres/sql.ts';
import type { ChannelRow } from '../rows.ts';

const columns = fragment`id, company_id as "companyId", platform, name, external_id as "externalId", status`;

export function channelsByIds(session: ReadSession, companyId: string, ids: readonly string[]): Promise<ChannelRow[]> {
  return session.read(
    (sql) => sql<ChannelRow>`
      select ${columns} from channels.channels where company_id = ${companyId} and id = any(${ids}::uuid[])`,
  );
}

/** All channels of a company, by name. A company connects a handful: there are no pages. */
export function channelsOfCompany(session: ReadSession, companyId: string): Promise<ChannelRow[]> {
  return session.read(
    (sql) => sql<ChannelRow>`
      select ${columns} from channels.channels where company_id = ${companyId} order by name, id`,
  );
}
