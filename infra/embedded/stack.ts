import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { StartConfig } from './config.ts';
import { credentialsOf, startPlatform } from './platform.ts';
import { demoCompanies } from './roster.ts';
import { announceStack } from './runningStack.ts';
import { secret } from './secrets.ts';
import { seedDemo, seedDemoBot } from './seed.ts';
import { startStandins } from './startStandins.ts';
import { startStores } from './stores.ts';

/** Tokens of the demo; people who look at a product come back after a week. */
const TOKEN_SECONDS = 30 * 24 * 60 * 60;

/**
 * Everything that `npm start` runs: stores, stand-ins for Telegram and Meta unless theirs are given, the platform, the demo.
 * @param log Takes the lines that people read.
 */
export function createStack(config: StartConfig, logger: Logger, log: (line: string) => void): Part {
  const dataDir = resolve(config.dataDir);
  const undo: (() => Promise<void>)[] = [];

  async function start(): Promise<void> {
    log(`Starting Switchboard, data in ${dataDir}`);
    const stores = await startStores({ dataDir, urls: config.urls, log });
    undo.push(() => stores.stop());

    const secrets = {
      token: await secret(dataDir, 'token'),
      identity: await secret(dataDir, 'identity'),
      credentials: await secret(dataDir, 'credentials'),
      database: await secret(dataDir, 'database'),
      files: await secret(dataDir, 'files'),
    };
    const tokens = await demoTokens(secrets.token);
    const demoSecret = await secret(dataDir, 'demo');
    const standins = await startStandins({ ...config, secret: demoSecret });
    undo.push(() => standins.stop());
    const platform = await startPlatform({
      ...config,
      overHttp: false,
      stores,
      secrets,
      telegramApiUrl: standins.telegramApiUrl,
      meta: standins.meta,
      filesUrl: config.filesUrl ?? pathToFileURL(join(dataDir, 'files')).href,
      // The page hands it to whoever opens it: for this machine only.
      demoToken: isLoopback(config.host) ? tokens[0]?.token : undefined,
      logger,
      log,
    });
    undo.push(() => platform.stop());
    const publicUrl = config.publicUrl;
    await seedDemo(platform, { secret: demoSecret, publicUrl });
    await seedDemoBot(platform);
    log('the demo companies are seeded');
    await standins.tell(platform.router.url());
    undo.push(
      await announceStack(dataDir, {
        pid: process.pid,
        publicUrl,
        channelsDatabaseUrl: platform.databases.channels.databaseUrl,
        conversationsDatabaseUrl: platform.databases.conversations.databaseUrl,
        knowledgeDatabaseUrl: platform.databases.knowledge.databaseUrl,
        qdrantUrl: stores.qdrantUrl,
        natsUrl: stores.natsUrl,
        tokenSecret: secrets.token,
        credentials: credentialsOf(secrets),
        metaAppSecret: standins.meta.appSecrets[0] ?? '',
        pictures: standins.pictures,
      }),
    );
    for (const line of summary(publicUrl, standins, tokens)) log(line);
    log('Switchboard is ready');
  }

  async function stop(): Promise<void> {
    for (const step of undo.splice(0).toReversed()) await step();
  }

  return { name: 'stack', start, stop };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

interface DemoToken {
  readonly company: string;
  readonly role: string;
  readonly email: string;
  readonly token: string;
}

/** The first agent of each role, in each company. */
async function demoTokens(tokenSecret: string): Promise<DemoToken[]> {
  const tokens = demoCompanies.flatMap(({ id: companyId, slug, agents }) =>
    agents
      .filter(({ role }, index) => agents.findIndex((agent) => agent.role === role) === index)
      .map(async ({ id: agentId, email, role }) => {
        const identity = { kind: 'agent', companyId, agentId, role, scopes: [] } as const;
        const token = await signBearerToken(identity, {
          ...bearerDefaults,
          secret: tokenSecret,
          expiresInSeconds: TOKEN_SECONDS,
        });
        return { company: slug, role: role.toLowerCase(), email, token };
      }),
  );
  return Promise.all(tokens);
}

function summary(
  publicUrl: string,
  { sent, meta }: Pick<Awaited<ReturnType<typeof startStandins>>, 'sent' | 'meta'>,
  tokens: readonly DemoToken[],
): string[] {
  const wide = (text: string) => text.padEnd(12);
  return [
    '',
    `${wide('GraphQL')}${publicUrl}/graphql   (GraphiQL in a browser; WebSocket and HTTP)`,
    `${wide('Webhooks')}${publicUrl}/webhooks/telegram/{channelId}`,
    `${wide('')}${publicUrl}/webhooks/meta   (of app ${meta.appId}: Messenger, Instagram, WhatsApp)`,
    ...demoCompanies.flatMap(({ slug, telegram, messenger, instagram, whatsapp }) =>
      Object.entries({ telegram, messenger, instagram, whatsapp }).flatMap(([platform, account]) =>
        account ? [`${wide(slug)}${platform.padEnd(11)}${account.channelId}   ${account.name}`] : [],
      ),
    ),
    ...demoCompanies.flatMap(({ webChat }) =>
      webChat ? [`${wide('Web chat')}${publicUrl}/chat/${webChat.siteKey}/demo`] : [],
    ),
    ...sent.map(({ name, address }) => `${wide('Sent to')}${address}   (what the ${name} received)`),
    `${wide('Health')}${publicUrl}/health/ready   ${publicUrl}/metrics`,
    '',
    ...tokens.map(({ company, role, email, token }) => `${wide(company)}${wide(role)}${email}\n${wide('')}${token}`),
    '',
  ];
}
