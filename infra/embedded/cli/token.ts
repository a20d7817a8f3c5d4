import { parseArgs } from 'node:util';
import { webhookChannel } from '#channels/queries/webhookChannel.ts';
import { webhookSecret } from '#channels/queries/webhookSecret.ts';
import { issueKey } from '#conversations/commands/partners/issueKey.ts';
import { agentByEmail } from '#conversations/queries/agentByEmail.ts';
import { agentByRole } from '#conversations/queries/agentByRole.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { ClientIdentity, Role } from '#platform/identity/identity.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import type { RunningStack } from '../runningStack.ts';
import { runCommand } from './commandLine.ts';
import { managePartners, readScopes } from './partnerTools.ts';
import { companyIdOf, readOnce, withDatabase } from './withDatabase.ts';

const usage = `npm run --silent token -- --role admin|supervisor|agent [--agent EMAIL] [--company SLUG]
npm run --silent token -- --partner NAME [--scopes conversations:read,contacts:read] [--company SLUG]
npm run --silent token -- --webhook-secret CHANNEL_ID`;

const TOKEN_SECONDS = 30 * 24 * 60 * 60;
const metaPlatforms: ReadonlySet<string> = new Set(['MESSENGER', 'INSTAGRAM', 'WHATSAPP']);

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
    return partnerKey(stack, companyId, values.partner, readScopes(values.scopes));
  }
  const role = roleOf(values.role, values.agent);
  return sign(stack, await agentOf(stack, companyId, role, values.agent));
});

/** A key of its own each time, which ends with the tokens of this command. */
async function partnerKey(
  stack: RunningStack,
  companyId: string,
  partner: string,
  scopes: readonly string[],
): Promise<string> {
  const expiresAt = new Date(Date.now() + TOKEN_SECONDS * 1_000);
  const input = { partner, name: 'npm run token', scopes, expiresAt };
  return (await managePartners(stack, companyId, 'KEY', (transaction) => issueKey(transaction, input))).text;
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
  return withDatabase(stack, 'channels', async (database) => {
    const channel = await webhookChannel(database, channelId);
    if (channel && metaPlatforms.has(channel.platform)) return stack.metaAppSecret;
    const secret = await webhookSecret(database, createKeyring(stack.credentials), channelId);
    if (secret === undefined) throw new Error(`There is no channel ${channelId}: the graph lists { channels { id } }.`);
    return secret;
  });
}

async function agentOf(
  stack: RunningStack,
  companyId: string,
  role: Role | undefined,
  email: string | undefined,
): Promise<ClientIdentity> {
  return withDatabase(stack, 'conversations', async (database) => {
    const agent = await readOnce(database, companyId, (sql) =>
      email === undefined ? agentByRole(sql, companyId, role ?? 'AGENT') : agentByEmail(sql, companyId, email),
    );
    if (!agent || (role !== undefined && agent.role !== role)) {
      throw new Error(
        `This company has no ${role?.toLowerCase() ?? 'agent'}${email === undefined ? '' : ` ${email}`}.`,
      );
    }
    return { kind: 'agent', companyId, agentId: agent.id, role: agent.role, scopes: [] };
  });
}

async function sign(stack: RunningStack, identity: ClientIdentity): Promise<string> {
  return signBearerToken(identity, { ...bearerDefaults, secret: stack.tokenSecret, expiresInSeconds: TOKEN_SECONDS });
}
