import { parseArgs } from 'node:util';
import { listDeadLetters, replayDeadLetter } from '#platform/events/deadLetters.ts';
import { connectNats } from '#platform/events/nats.ts';
import { silentLogger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { runCommand } from './commandLine.ts';

const usage = `npm run --silent dead-letters                      what no consumer could digest, oldest first
npm run --silent dead-letters -- --consumer NAME   of one consumer
npm run --silent dead-letters -- --replay SEQ      puts one back on its way`;

await runCommand(async (stack) => {
  const { values } = parseArgs({
    options: { consumer: { type: 'string' }, replay: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return usage;
  const metrics = createMetrics({ service: 'dead-letters' });
  const nats = connectNats({ url: stack.natsUrl, name: 'dead-letters', logger: silentLogger, metrics });
  await nats.start();
  try {
    if (values.replay !== undefined) {
      const letter = await replayDeadLetter(nats, Number(values.replay));
      if (!letter) throw new Error(`There is no dead letter ${values.replay}: list them without --replay.`);
      return `${String(letter.seq)} is back on ${letter.subject}`;
    }
    const letters = await listDeadLetters(nats, values.consumer === undefined ? {} : { durable: values.consumer });
    if (letters.length === 0) return 'No dead letters.';
    return letters.map((letter) => JSON.stringify(letter)).join('\n');
  } finally {
    await nats.stop();
  }
});
