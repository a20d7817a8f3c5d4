import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { Client, DatabaseError as PgError, escapeIdentifier, escapeLiteral } from 'pg';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { DatabaseError } from './errors.ts';
import { outboxStatements } from './outbox.ts';

/** In order; the names are what the database remembers, so they never change. */
export type MigrationList = NonNullable<NonNullable<Options['migrations']>['migrationsList']>;
export type { Migration };

const MIGRATIONS_TABLE = 'migrations';

/**
 * Makes a context's place in the database and brings it up to date: schema, roles, outbox, migrations, grants. Safe to
 * repeat and to run from several processes at once.
 *
 * Three roles: `<context>_owner` owns everything and cannot log in; `<context>_app` is what the service runs as, bound by
 * row-level security; `<context>_relay` reads and empties the outbox and sees nothing else.
 *
 * @param options.adminUrl A role that may create roles and schemas.
 * @returns The addresses for the service and for its relay.
 * @throws DatabaseError `TABLE_WITHOUT_POLICY` when a migration left a table open to all companies.
 */
export async function provisionContext(options: {
  readonly adminUrl: string;
  readonly context: string;
  readonly appPassword: string;
  readonly relayPassword: string;
  readonly migrations: MigrationList;
  readonly logger: Logger;
}): Promise<{ appUrl: string; relayUrl: string }> {
  const { adminUrl, context, logger } = options;
  const admin = new Client({ connectionString: adminUrl, application_name: 'switchboard-provision' });
  // Said by the query under way as well; an error without a listener would end the process.
  admin.on('error', (error) => logger.warn({ err: error, context }, 'the connection for provisioning was lost'));
  await admin.connect();
  try {
    await admin.query(`select pg_advisory_lock(hashtextextended('switchboard:provision', 0))`);
    await createRolesInTurn(admin, context, options.appPassword, options.relayPassword);
    await createSchema(admin, context);
    await runMigrations(adminUrl, context, options.migrations, logger);
    for (const statement of [...outboxStatements(context), ...grants(context)]) await admin.query(statement);
    await assertProtected(admin, context);
  } finally {
    await admin.end();
  }
  return {
    appUrl: urlOf(adminUrl, `${context}_app`, options.appPassword),
    relayUrl: urlOf(adminUrl, `${context}_relay`, options.relayPassword),
  };
}

/** Two who change one role at the same moment; the lock cannot help, it belongs to one database and roles to the server. */
const roleConflicts = new Set(['XX000', '23505', '42710']);

async function createRolesInTurn(...args: Parameters<typeof createRoles>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await createRoles(...args);
      return;
    } catch (error) {
      if (attempt >= 20 || !(error instanceof PgError && roleConflicts.has(error.code ?? ''))) throw error;
      await pause(backoff(attempt, { baseMs: 20, capMs: 500 }));
    }
  }
}

async function createRoles(admin: Client, context: string, appPassword: string, relayPassword: string): Promise<void> {
  const logins = [
    [`${context}_app`, appPassword],
    [`${context}_relay`, relayPassword],
  ] as const;
  await createRoleIfMissing(admin, `${context}_owner`);
  for (const [role, password] of logins) {
    await createRoleIfMissing(admin, role);
    await admin.query(`alter role ${escapeIdentifier(role)} login password ${escapeLiteral(password)}`);
  }
  // Needed to create things in the owner's name when the administrator is not a superuser.
  await admin.query(`grant ${escapeIdentifier(`${context}_owner`)} to current_user`);
}

async function createSchema(admin: Client, context: string): Promise<void> {
  await admin.query(`create schema if not exists ${context} authorization ${escapeIdentifier(`${context}_owner`)}`);
}

async function createRoleIfMissing(admin: Client, role: string): Promise<void> {
  const { rowCount } = await admin.query('select 1 from pg_roles where rolname = $1', [role]);
  if (!rowCount) await admin.query(`create role ${escapeIdentifier(role)} nologin`);
}

async function runMigrations(
  adminUrl: string,
  context: string,
  migrations: MigrationList,
  logger: Logger,
): Promise<void> {
  const orm = await MikroORM.init({
    clientUrl: adminUrl,
    schema: context,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: {
      migrationsList: migrations,
      tableName: MIGRATIONS_TABLE,
      schema: context,
      snapshot: false,
      disableForeignKeys: false,
    },
    // Everything that a migration creates belongs to the owner, whoever runs it.
    driverOptions: { options: `-c role=${context}_owner -c search_path=${context}` },
    pool: { max: 1 },
    logger: (message) => logger.debug({ context }, message),
  });
  try {
    const done = await orm.migrator.up();
    for (const { name } of done) logger.info({ context, migration: name }, 'migrated');
  } finally {
    await orm.close(true);
  }
}

function grants(context: string): string[] {
  return [
    `grant usage on schema ${context} to ${context}_app, ${context}_relay`,
    `do $$ declare t regclass; begin
       for t in select c.oid::regclass from pg_class c
         where c.relnamespace = '${context}'::regnamespace and c.relkind in ('r', 'p')
           and c.relname not in ('outbox', '${MIGRATIONS_TABLE}')
       loop
         -- No policy lets anybody change its rows: it is one that is only added to.
         if exists (select from pg_policy p where p.polrelid = t and p.polcmd in ('*', 'w', 'd')) then
           execute format('grant select, insert, update, delete on %s to ${context}_app', t);
         else
           execute format('grant select, insert on %s to ${context}_app', t);
         end if;
       end loop;
     end $$`,
    `grant usage on all sequences in schema ${context} to ${context}_app`,
    `revoke execute on all functions in schema ${context} from public`,
    `grant execute on all functions in schema ${context} to ${context}_app`,
  ];
}

async function assertProtected(admin: Client, context: string): Promise<void> {
  const { rows } = await admin.query<{ table: string }>(
    `select c.oid::regclass::text as table from pg_class c
     where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and c.relname <> $2
       and not (c.relrowsecurity and exists (select 1 from pg_policy p where p.polrelid = c.oid))`,
    [context, MIGRATIONS_TABLE],
  );
  if (rows.length > 0) throw DatabaseError.unprotected(rows.map(({ table }) => table));
}

function urlOf(adminUrl: string, user: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = encodeURIComponent(password);
  return url.href;
}
