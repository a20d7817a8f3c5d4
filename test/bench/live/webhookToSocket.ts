import { createHistogram } from 'node:perf_hooks';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { entities } from '#channels/entities/index.ts';
import { webhookSecret } from '#channels/queries/webhookSecret.ts';
import { sendTraffic, telegramTarget } from '#infra/embedded/demo/traffic.ts';
import { demoCompanies } from '#infra/embedded/roster.ts';
import type { RunningStack } from '#infra/embedded/runningStack.ts';
import { bearerDefaults, signBearerToken } from '#platform/identity/bearerTokens.ts';
import { pause } from '#platform/lifecycle/backoff.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { startStack } from '../stack.ts';
import type { Row } from '../table.ts';

const RATE = 200;
const CHATS = 500;
/** How long the last messages may take before they count as not seen. */
const DRAIN_MS = 30_000;
const subscription = `subscription { inboxUpdates {
  kind conversation { id number unreadCount channel { name } contact { name } } message { text status }
} }`;

/** From the webhook to the agent's socket: customers write at 200 a second, one agent looks on, and no bot answers. */
export async function webhookToSocket({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const stack = await startStack();
  try {
    await leaveToPeople(stack);
    // The first seconds compile code and open connections; they are not what an agent sees all day.
    await measure(stack, 5_000);
    return await measure(stack, quick ? 10_000 : 60_000);
  } finally {
    await stack.stop();
  }
}

async function measure(stack: RunningStack, durationMs: number): Promise<Row[]> {
  const [company] = demoCompanies;
  if (!company) throw new Error('the demo has no company');
  const { channelId } = company.telegram;
  const target = telegramTarget(`${stack.publicUrl}/webhooks/telegram/${channelId}`, await secretOf(stack, channelId));
  const sentAt = new Map<string, number>();
  const latency = createHistogram();
  const screen = await subscribe(stack, (text) => {
    const since = sentAt.get(text);
    if (since === undefined) return;
    sentAt.delete(text);
    latency.record(Math.max(1, Math.round((performance.now() - since) * 1_000)));
  });

  const run = String(Date.now());
  let n = 0;
  const traffic = await sendTraffic({
    rate: RATE,
    durationMs,
    repeated: 0,
    signal: new AbortController().signal,
    onProgress: ({ seconds, sent }) => process.stderr.write(`\r${seconds.toFixed(0)} s, ${String(sent)} messages `),
    next() {
      n += 1;
      const text = `${run} ${String(n)}`;
      sentAt.set(text, performance.now());
      return { target, update: updateOf((Number(run) % 1_000_000_000) + (n % CHATS), n, text) };
    },
  });
  for (let waited = 0; sentAt.size > 0 && waited < DRAIN_MS; waited += 50) await pause(50);
  screen.close();
  process.stderr.write('\r\x1b[K');

  const ms = (percentile: number): string => (latency.percentile(percentile) / 1_000).toFixed(1);
  return [
    { figure: 'messages a second', measured: (traffic.sent / (durationMs / 1_000)).toFixed(0), limit: String(RATE) },
    {
      figure: 'webhook to 200, p50 / p99 ms',
      measured: `${traffic.p50.toFixed(1)} / ${traffic.p99.toFixed(1)}`,
      limit: '25 (p99)',
    },
    { figure: 'webhook to socket, p50 / p95 ms', measured: `${ms(50)} / ${ms(95)}`, limit: '150 (p95)' },
    { figure: 'answered 200 but not seen', measured: String(sentAt.size), limit: '0' },
  ];
}

async function secretOf(stack: RunningStack, channelId: string): Promise<string> {
  const pool = { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, idleTimeoutMs: 1_000 };
  const metrics = createMetrics({ service: 'bench' });
  const url = stack.channelsDatabaseUrl;
  const database = createDatabase({ context: 'channels', url, entities, pool, catalogue, logger, metrics });
  await database.start();
  try {
    return (await webhookSecret(database, createKeyring(stack.credentials), channelId)) ?? '';
  } finally {
    await database.stop();
  }
}

/** The bot's answers are conversations of their own, several events each: `npm run bench -- dialogues` has its time. */
async function leaveToPeople(stack: RunningStack): Promise<void> {
  const response = await fetch(`${stack.publicUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(stack, 'ADMIN')}` },
    body: JSON.stringify({
      query: 'mutation { updateBotSettings(input: { enabled: false }) { botSettings { enabled } } }',
    }),
  });
  const answer = await response.text();
  if (!answer.includes('"enabled":false')) throw new Error(`the bot could not be turned off: ${answer}`);
}

async function tokenOf(stack: RunningStack, role: 'AGENT' | 'ADMIN'): Promise<string> {
  const [company] = demoCompanies;
  const agent = company?.agents.find((one) => one.role === role);
  if (!company || !agent) throw new Error(`the demo has no ${role}`);
  const identity = { kind: 'agent', companyId: company.id, agentId: agent.id, role, scopes: [] } as const;
  return signBearerToken(identity, { ...bearerDefaults, secret: stack.tokenSecret, expiresInSeconds: 3_600 });
}

async function subscribe(stack: RunningStack, onText: (text: string) => void): Promise<{ close(): void }> {
  const token = await tokenOf(stack, 'AGENT');
  const client = createClient({
    url: `${stack.publicUrl.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    lazy: false,
  });
  client.subscribe<{ inboxUpdates: { message: { text: string } | null } }>(
    { query: subscription },
    {
      next: ({ data }) => data?.inboxUpdates.message && onText(data.inboxUpdates.message.text),
      error: (error) => process.stderr.write(`the subscription ended: ${JSON.stringify(error)}\n`),
      complete: () => undefined,
    },
  );
  await new Promise<void>((resolve) => client.on('connected', () => resolve()));
  return { close: () => void client.dispose() };
}

function updateOf(chat: number, messageId: number, text: string): { externalId: string; body: string } {
  const person = { id: chat, is_bot: false, first_name: `Customer ${String(chat)}`, language_code: 'en' };
  const message = {
    message_id: messageId,
    date: Math.floor(Date.now() / 1_000),
    chat: { id: chat, type: 'private', first_name: person.first_name },
    from: person,
    text,
  };
  return {
    externalId: `${String(chat)}:${String(messageId)}`,
    body: JSON.stringify({ update_id: messageId, message }),
  };
}
