import { createHash } from 'node:crypto';
import { migrations as channelsMigrations } from '#channels/migrations/index.ts';
import { migrations as conversationsMigrations } from '#conversations/migrations/index.ts';
import { migrations as knowledgeMigrations } from '#knowledge/migrations/index.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { provisionContext, type MigrationList } from '#platform/postgres/provision.ts';

/** What each context's service and relay log in with. */
export type Databases = Awaited<ReturnType<typeof provisionDatabases>>;

/**
 * Makes every context's schema and roles, and brings them up to date.
 * @param adminUrl A role that may create roles and schemas.
 * @param secret The passwords of the contexts' roles are made of it, so that there is one thing to keep.
 */
export async function provisionDatabases(adminUrl: string, secret: string, logger: Logger) {
  async function provision(context: string, migrations: MigrationList) {
    const { appUrl, relayUrl } = await provisionContext({
      adminUrl,
      context,
      appPassword: passwordOf(secret, `${context}_app`),
      relayPassword: passwordOf(secret, `${context}_relay`),
      migrations,
      logger,
    });
    return { databaseUrl: appUrl, relayDatabaseUrl: relayUrl };
  }
  // One after another: they share the server's roles and the lock that guards them.
  return {
    channels: await provision('channels', channelsMigrations),
    conversations: await provision('conversations', conversationsMigrations),
    knowledge: await provision('knowledge', knowledgeMigrations),
  };
}

function passwordOf(secret: string, role: string): string {
  return createHash('sha256').update(`${secret}:${role}`).digest('hex');
}
