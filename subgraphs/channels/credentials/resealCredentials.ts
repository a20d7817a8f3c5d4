import type { Logger } from '#platform/logging/logger.ts';
import type { Database } from '#platform/postgres/database.ts';
import { SecretError, type Keyring } from '#platform/secrets/keyring.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

const BATCH = 100;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

interface Sealed {
  readonly accessToken: string | null;
  readonly webhookSecret: string | null;
}

/** Seals the credentials of all companies' channels under the active key. What no key opens stays as it is, and is logged. */
export async function resealCredentials(options: {
  readonly database: Database<SwitchboardCatalogue>;
  readonly keyring: Keyring;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}): Promise<{ readonly resealed: number; readonly failed: number }> {
  const { database, keyring, logger, signal } = options;
  const count = { resealed: 0, failed: 0 };
  let after = FIRST_ID;
  while (!signal.aborted) {
    const channels = await sealedOtherwise(database, keyring.activeKeyId, after);
    for (const { id, companyId } of channels) {
      after = id;
      if (signal.aborted) break;
      try {
        await reseal(database, keyring, companyId, id);
        count.resealed += 1;
      } catch (error) {
        if (!(error instanceof SecretError)) throw error;
        logger.warn({ err: error, companyId, channelId: id }, 'the credentials of a channel do not open');
        count.failed += 1;
      }
    }
    if (channels.length < BATCH) break;
  }
  return count;
}

function sealedOtherwise(database: Database<SwitchboardCatalogue>, activeKeyId: string, after: string) {
  return database.lookup(
    (sql) => sql<{ id: string; companyId: string }>`
      select id, company_id as "companyId"
      from channels.channels_sealed_otherwise(${activeKeyId}, ${after}, ${BATCH})`,
  );
}

async function reseal(
  database: Database<SwitchboardCatalogue>,
  keyring: Keyring,
  companyId: string,
  id: string,
): Promise<void> {
  const anew = (sealed: string | null) => sealed && keyring.seal(keyring.open(sealed, id), id);
  await database.write(companyId, async ({ sql }) => {
    // Locked: a token that an admin gives meanwhile must not be overwritten with the one before.
    const [sealed] = await sql<Sealed>`
      select access_token as "accessToken", webhook_secret as "webhookSecret" from channels.channels
      where company_id = ${companyId} and id = ${id} for update`;
    if (!sealed) return;
    await sql`
      update channels.channels
      set access_token = ${anew(sealed.accessToken)}, webhook_secret = ${anew(sealed.webhookSecret)}
      where company_id = ${companyId} and id = ${id}`;
  });
}
