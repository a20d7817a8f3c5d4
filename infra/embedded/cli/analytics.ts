import { parseArgs } from 'node:util';
import { ask } from '#analytics/control/ask.ts';
import type { ControlRequest } from '#analytics/control/requests.ts';
import { everybody } from '#analytics/retention/plans.ts';
import { SINK } from '#analytics/sink/createSink.ts';
import { listDeadLetters, replayDeadLetter } from '#platform/events/deadLetters.ts';
import { connectNats, type NatsPart } from '#platform/events/nats.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { RunningStack } from '../runningStack.ts';
import { runCommand } from './commandLine.ts';
import { companyIdOf } from './withDatabase.ts';

const usage = `npm run --silent analytics -- check [--from DAY] [--to DAY]        whether events, figures and the stream agree
npm run --silent analytics -- rebuild --from DAY [--to DAY]      makes figures anew from events, in the months of these days
npm run --silent analytics -- parked                             events that could not be read, oldest first
npm run --silent analytics -- replay SEQ|all                     puts them back on their way
npm run --silent analytics -- retention --events DAYS --figures DAYS [--company SLUG]
                                                                 how long they are kept; of all that have no plan of their own
DAY is such as 2026-03-01, in UTC; --to is the first day that is not meant, today's next unless said`;

const DAY_MS = 86_400_000;

await runCommand(async (stack) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      events: { type: 'string' },
      figures: { type: 'string' },
      company: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [action = '', subject] = positionals;
  const say = async (request: ControlRequest) =>
    withNats(stack, (nats) => ask(nats, request, (text) => process.stderr.write(`${text}\n`)));
  if (values.help) return usage;
  switch (action) {
    case 'check':
      return say({ action, span: spanOf(values.from ?? day(Date.now() - 2 * DAY_MS), values.to) });
    case 'rebuild':
      if (values.from === undefined) throw new Error(`rebuild needs --from, such as 2026-03-01\n${usage}`);
      return say({ action, span: spanOf(values.from, values.to) });
    case 'retention': {
      const companyId = values.company === undefined ? everybody : await companyIdOf(stack, values.company);
      const plan = { eventsDays: Number(values.events), figuresDays: Number(values.figures) };
      return say({ action: 'plan', companyId, plan });
    }
    case 'parked':
      return withNats(stack, async (nats) => {
        const letters = await listDeadLetters(nats, { durable: SINK });
        return letters.length === 0 ? 'Nothing is parked.' : letters.map((one) => JSON.stringify(one)).join('\n');
      });
    case 'replay':
      return withNats(stack, (nats) => replay(nats, subject));
    default:
      throw new Error(usage);
  }
});

async function replay(nats: NatsPart, which: string | undefined): Promise<string> {
  if (which !== 'all') {
    const letter = await replayDeadLetter(nats, Number(which));
    if (!letter) throw new Error(`Nothing is parked as ${String(which)}: 'parked' lists what is.`);
    return `${String(letter.seq)} is back on ${letter.subject}`;
  }
  let count = 0;
  // Those that were there at the beginning: what is parked again comes behind them.
  const letters = await listDeadLetters(nats, { durable: SINK, limit: 100_000 });
  for (const { seq } of letters) if (await replayDeadLetter(nats, seq)) count += 1;
  return `${String(count)} are back on their way`;
}

function spanOf(from: string, to = day(Date.now() + DAY_MS)): { readonly from: string; readonly to: string } {
  return { from: instantOf(from), to: instantOf(to) };
}

function instantOf(text: string): string {
  const at = new Date(`${text}T00:00:00.000Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(at.getTime())) {
    throw new Error(`'${text}' is no day: write it as 2026-03-01.`);
  }
  return at.toISOString();
}

function day(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

async function withNats<T>(stack: RunningStack, work: (nats: NatsPart) => Promise<T>): Promise<T> {
  const metrics = createMetrics({ service: 'analytics-command' });
  const nats = connectNats({ url: stack.natsUrl, name: 'analytics-command', logger, metrics });
  await nats.start();
  try {
    return await work(nats);
  } finally {
    await nats.stop();
  }
}
