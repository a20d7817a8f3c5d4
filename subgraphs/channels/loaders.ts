import { createLoader } from '#platform/graphql/loader.ts';
import type { ReadSession } from '#platform/postgres/readSession.ts';
import { isUuid } from './isUuid.ts';
import { channelHealth } from './queries/channelHealth.ts';
import { channelsByIds, channelsOfCompany } from './queries/channels.ts';
import { companiesByIds } from './queries/companiesByIds.ts';
import type { ChannelHealthRow, ChannelRow, CompanyRow } from './rows.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** Of one request, for the company that asks: ids of others load as null, like ids that do not exist. */
export function createLoaders(session: ReadSession, companyId: string) {
  const channel = createLoader<string, ChannelRow>(async (ids) =>
    byId(await channelsByIds(session, companyId, ids.filter(isUuid)), (row) => row.id),
  );
  let all: Promise<ChannelRow[]> | undefined;
  async function readAll(): Promise<ChannelRow[]> {
    const rows = await channelsOfCompany(session, companyId);
    for (const row of rows) channel.prime(row.id, row);
    return rows;
  }

  const loaders = {
    company: createLoader<string, CompanyRow>(async (ids) => {
      const own = ids.filter((id) => id === companyId);
      return own.length > 0 ? byId(await companiesByIds(session, own), (row) => row.id) : new Map();
    }),
    channel,
    channelHealth: createLoader<string, ChannelHealthRow>(async (ids) =>
      byId(await channelHealth(session, companyId, ids), (row) => row.channelId),
    ),
  };

  return {
    ...loaders,
    /** All channels that the company has connected, read once; loaded one by one later, they are there already. */
    channels: () => (all ??= readAll()),
    /** What was loaded is forgotten: a write has changed it. */
    clear() {
      all = undefined;
      for (const loader of Object.values(loaders)) loader.clearAll();
    },
  };
}

function byId<Row>(rows: readonly Row[], idOf: (row: Row) => string): Map<string, Row> {
  return new Map(rows.map((row) => [idOf(row), row]));
}
