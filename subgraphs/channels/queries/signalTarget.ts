import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import type { Platform } from '#schema/events/values.ts';

/** What is needed to show something in a thread. */
export interface SignalTargetRow {
  readonly platform: Platform;
  readonly externalId: string;
  /** Sealed. */
  readonly accessToken: string | null;
  readonly settings: unknown;
  readonly lastInboundExternalId: string | null;
}

/** Undefined when the company has no such channel that is active. */
export async function signalTarget(
  database: Pick<Database<SwitchboardCatalogue>, 'session'>,
  thread: { readonly companyId: string; readonly channelId: string; readonly threadExternalId: string },
): Promise<SignalTargetRow | undefined> {
  const { companyId, channelId, threadExternalId } = thread;
  const session = database.session(companyId);
  try {
    const [target] = await session.read(
      (sql) => sql<SignalTargetRow>`
        select c.platform, c.external_id as "externalId", c.access_token as "accessToken", c.settings,
          t.last_inbound_external_id as "lastInboundExternalId"
        from channels.channels c
        left join channels.threads t on t.company_id = c.company_id and t.channel_id = c.id
          and t.thread_external_id = ${threadExternalId}
        where c.company_id = ${companyId} and c.id = ${channelId} and c.status = 'ACTIVE'`,
    );
    return target;
  } finally {
    await session.close();
  }
}
