import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runCommand } from '../cli/commandLine.ts';
import { demoPlatforms, openChannels } from './openChannels.ts';
import { sendTraffic, type Progress } from './traffic.ts';

const usage = `npm run demo -- [--rate MESSAGES_A_SECOND] [--for SECONDS] [--company SLUG] [--platform NAME] [--report FILE]
NAME is one of ${demoPlatforms.join(', ').toLowerCase()}; without it, customers write on all that the company has.`;
const options = z.object({
  rate: z.coerce.number().positive().max(10_000),
  for: z.coerce.number().positive().max(86_400),
  company: z.string(),
  platform: z.string().toUpperCase().pipe(z.enum(demoPlatforms)).optional(),
  report: z.string().optional(),
});

await runCommand(async (stack) => {
  const { rate, for: seconds, company, platform, report } = readOptions();
  const channels = await openChannels(stack, { company, platform });
  const stopping = new AbortController();
  // Once: what is under way is brought to its end, and the summary printed; a second time ends at once.
  process.once('SIGINT', () => stopping.abort());

  let turn = 0;
  const result = await sendTraffic({
    rate,
    durationMs: seconds * 1_000,
    signal: stopping.signal,
    next() {
      const { target, customers } = channels[turn++ % channels.length] ?? channels[0];
      return { target, update: customers.next() };
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
        platform: { type: 'string' },
        report: { type: 'string' },
      },
    });
    return options.parse(values);
  } catch (error) {
    throw new Error(usage, { cause: error });
  }
}

function line({ seconds, sent, acknowledged, others, p50, p99 }: Progress): string {
  const wide = (value: number) => String(value).padStart(6);
  const ms = (value: number) => `${value.toFixed(1)} ms`.padStart(9);
  return `${seconds.toFixed(0).padStart(4)} s  sent ${wide(sent)}  200 ${wide(acknowledged)}  others ${wide(others)}  p50 ${ms(p50)}  p99 ${ms(p99)}`;
}
