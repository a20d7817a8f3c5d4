import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { entities } from '#channels/entities/index.ts';
import { channelsOfCompany } from '#channels/queries/channels.ts';
import { companyBySlug } from '#channels/queries/companyBySlug.ts';
import { webhookSecret } from '#channels/queries/webhookSecret.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { runCommand } from '../cli/commandLine.ts';
import type { RunningStack } from '../runningStack.ts';
import { createCustomers } from './customers.ts';
import { sendTraffic, telegramTarget, type Progress, type Target } from './traffic.ts';

const usage = 'npm run demo -- [--rate MESSAGES_A_SECOND] [--for SECONDS] [--company SLUG] [--report FILE]';
const options = z.object({
  rate: z.coerce.number().positive().max(10_000),
  for: z.coerce.number().positive().max(86_400),
  company: z.string(),
  report: z.string().optional(),
});

await runCommand(async (stack) => {
  const { rate, for: seconds, company, report } = readOptions();
  const targets = await targetsOf(stack, company);
  const customers = targets.map((target) => ({ target, people: createCustomers() }));
  const stopping = new AbortController();
  // Once: what is under way is brought to its end, and the summary printed; a second time ends at once.
  process.once('SIGINT', () => stopping.abort());

  let turn = 0;
  const result = await sendTraffic({
    rate,
    durationMs: seconds * 1_000,
    signal: stopping.signal,
    next() {
      const { target, people } = customers[turn++ % customers.length] ?? noChannel(company);
      return { target, update: people.next() };
    },
    onProgress: (progress) => process.stdout.write(`${line(progress)}\n`),
  });

  const { acknowledgedIds, neverAcknowledgedIds } = result;
  if (report !== undefined) {
    await writeFile(report, JSON.stringify({ company, acknowledgedIds, neverAcknowledgedIds }, null, 2));
  }
  const summary = `${line(result)}\n${result.acknowledged} messages were answered 200`;
  if (neverAcknowledgedIds.length === 0) return `${summary}, every one that was sent.`;
  throw new Error(`${summary}, ${neverAcknowledgedIds.length} never were: is the stack ready (/health/ready)?`);
});

function readOptions(): z.output<typeof options> {
  try {
    const { values } = parseArgs({
      options: {
        rate: { type: 'string', default: '5' },
        for: { type: 'string', default: '60' },
        company: { type: 'string', default: 'acme' },
        report: { type: 'string' },
      },
    });
    return options.parse(values);
  } catch (error) {
    throw new Error(usage, { cause: error });
  }
}

/** The company's bots, with what their webhooks are marked with. */
async function targetsOf(stack: RunningStack, slug: string): Promise<Target[]> {
  const keyring = createKeyring(stack.credentials);
  const database = createDatabase({
    context: 'channels',
    url: stack.channelsDatabaseUrl,
    entities,
    pool: { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, idleTimeoutMs: 1_000 },
    catalogue,
    logger,
    metrics: createMetrics({ service: 'demo' }),
  });
  try {
    await database.start();
    const company = await companyBySlug(database, slug);
    if (!company) throw new Error(`There is no company '${slug}': the demo has acme and globex.`);
    const session = database.session(company.id);
    const channels = await channelsOfCompany(session, company.id);
    await session.close();
    const targets: Target[] = [];
    for (const { id, platform } of channels) {
      const secret = platform === 'TELEGRAM' ? await webhookSecret(database, keyring, id) : undefined;
      if (secret !== undefined) targets.push(telegramTarget(`${stack.publicUrl}/webhooks/telegram/${id}`, secret));
    }
    if (targets.length === 0) noChannel(slug);
    return targets;
  } finally {
    await database.stop();
  }
}

function noChannel(slug: string): never {
  throw new Error(`The company '${slug}' has no Telegram channel to write to.`);
}

function line({ seconds, sent, acknowledged, others, p50, p99 }: Progress): string {
  const wide = (value: number) => String(value).padStart(6);
  const ms = (value: number) => `${value.toFixed(1)} ms`.padStart(9);
  return `${seconds.toFixed(0).padStart(4)} s  sent ${wide(sent)}  200 ${wide(acknowledged)}  others ${wide(others)}  p50 ${ms(p50)}  p99 ${ms(p99)}`;
}
