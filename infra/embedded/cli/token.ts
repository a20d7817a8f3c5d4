import { parseArgs } from 'node:util';
import { entities as channelsEntities } from '#channels/entities/index.ts';
import { companyBySlug } from '#channels/queries/companyBySlug.ts';
import { webhookChannel } from '#channels/queries/webhookChannel.ts';
import { webhookSecret } from '#channels/queries/webhookSecret.ts';
import { entities as conversationsEntities } from '#conversations/entities/index.ts';
import { agentByEmail } from '#conversations/queries/agentByEmail.ts';
import { agentByRole } from '#conversations/queries/agentByRole.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { ClientIdentity, Role } from '#platform/identity/identity.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase, type Database } from '#platform/postgres/database.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue, type SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { scopesOfGraph } from '../../access/tables.ts';
import type { RunningStack } from '../runningStack.ts';
import { runCommand } from './commandLine.ts';

const usage = `npm run --silent token -- --role admin|supervisor|agent [--agent EMAIL] [--company SLUG]
npm run --silent token -- --partner NAME [--scopes conversations:read,contacts:read] [--company SLUG]
npm run --silent token -- --webhook-secret CHANNEL_ID`;

const TOKEN_SECONDS = 30 * 24 * 60 * 60;
const metaPlatforms: ReadonlySet<string> = new Set(['MESSENGER', 'INSTAGRAM', 'WHATSAPP']);
const pool = { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, idleTimeoutMs: 1_000 };
const metrics = createMetrics({ service: 'token' });

await runCommand(async (stack) => {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      agent: { type: 'string' },
      partner: { type: 'string' },
      scopes: { type: 'string' },
      company: { type: 'string', default: 'acme' },
      'webhook-secret': { type: 'string' },
    },
  });
  const channelId = values['webhook-secret'];
  if (channelId !== undefined) return webhookSecretOf(stack, channelId);

  const companyId = await companyIdOf(stack, values.company);
  if (values.partner !== undefined) {
    return sign(stack, { kind: 'partner', companyId, partner: values.partner, scopes: scopesOf(values.scopes) });
  }
  const role = roleOf(values.role, values.agent);
  return sign(stack, await agentOf(stack, companyId, role, values.agent));
});

/** Those that are named; all that the graph has, where none are. */
function scopesOf(text: string | undefined): string[] {
  const known = scopesOfGraph();
  const scopes = text?.split(/[ ,]+/).filter((scope) => scope !== '') ?? known;
  const unknown = scopes.find((scope) => !known.includes(scope));
  if (unknown !== undefined) throw new Error(`There is no scope '${unknown}': give some of ${known.join(', ')}.`);
  return scopes;
}

/** An agent that is named may be of any role; else the role has to be said. */
function roleOf(text: string | undefined, email: string | undefined): Role | undefined {
  const role = text?.toUpperCase();
  if (role === 'AGENT' || role === 'SUPERVISOR' || role === 'ADMIN') return role;
  if (role === undefined && email !== undefined) return undefined;
  throw new Error(usage);
}

/** What webhooks are signed or marked with: Meta signs those of all its channels with the app's secret. */
async function webhookSecretOf(stack: RunningStack, channelId: string): Promise<string> {
  return withDatabase('channels', stack.channelsDatabaseUrl, channelsEntities, async (database) => {
    const channel = await webhookChannel(database, channelId);
    if (channel && metaPlatforms.has(channel.platform)) return stack.metaAppSecret;
    const secret = await webhookSecret(database, createKeyring(stack.credentials), channelId);
    if (secret === undefined) throw new Error(`There is no channel ${channelId}: the graph lists { channels { id } }.`);
    return secret;
  });
}

async function companyIdOf(stack: RunningStack, slug: string): Promise<string> {
  return withDatabase('channels', stack.channelsDatabaseUrl, channelsEntities, async (database) => {
    const company = await companyBySlug(database, slug);
    if (!company) throw new Error(`There is no company '${slug}': the demo has acme and globex.`);
    return company.id;
  });
}

async function agentOf(
  stack: RunningStack,
  companyId: string,
  role: Role | undefined,
  email: string | undefined,
): Promise<ClientIdentity> {
  return withDatabase('conversations', stack.conversationsDatabaseUrl, conversationsEntities, async (database) => {
    const session = database.session(companyId);
    try {
      const agent = await session.read((sql) =>
        email === undefined ? agentByRole(sql, companyId, role ?? 'AGENT') : agentByEmail(sql, companyId, email),
      );
      if (!agent || (role !== undefined && agent.role !== role)) {
        throw new Error(
          `This company has no ${role?.toLowerCase() ?? 'agent'}${email === undefined ? '' : ` ${email}`}.`,
        );
      }
      return { kind: 'agent', companyId, agentId: agent.id, role: agent.role, scopes: [] };
    } finally {
      await session.close();
    }
  });
}

async function sign(stack: RunningStack, identity: ClientIdentity): Promise<string> {
  return signBearerToken(identity, { ...bearerDefaults, secret: stack.tokenSecret, expiresInSeconds: TOKEN_SECONDS });
}

async function withDatabase<T>(
  context: string,
  url: string,
  entities: Parameters<typeof createDatabase>[0]['entities'],
  work: (database: Database<SwitchboardCatalogue>) => Promise<T>,
): Promise<T> {
  const database = createDatabase({ context, url, entities, pool, catalogue, logger, metrics });
  await database.start();
  try {
    return await work(database);
  } finally {
    await database.stop();
  }
}
