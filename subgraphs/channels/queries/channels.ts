import type { ReadSession } from '#platform/postgres/readSession.ts';
import { fragment } from '#platform/postgres/sql.ts';
import type { ChannelRow } from '../rows.ts';
import { channelSettings } from '../settings.ts';

type StoredChannel = Omit<ChannelRow, 'settings'> & { readonly settings: unknown };

const columns = fragment`id, company_id as "companyId", platform, name, external_id as "externalId", status, settings`;

/** Also those that were removed: conversations go on naming them. */
export function channelsByIds(session: ReadSession, companyId: string, ids: readonly string[]): Promise<ChannelRow[]> {
  return session.readByKey(async (sql) => {
    const rows = await sql<StoredChannel>`
      select ${columns} from channels.channels where company_id = ${companyId} and id = any(${ids}::uuid[])`;
    return rows.map(withSettings);
  });
}

/** All channels that a company has connected, by name. They are a handful: there are no pages. */
export function channelsOfCompany(session: ReadSession, companyId: string): Promise<ChannelRow[]> {
  return session.read(async (sql) => {
    const rows = await sql<StoredChannel>`
      select ${columns} from channels.channels where company_id = ${companyId} and status <> 'REMOVED'
      order by name, id`;
    return rows.map(withSettings);
  });
}

function withSettings({ settings, ...row }: StoredChannel): ChannelRow {
  return { ...row, settings: channelSettings.parse(settings) };
}
