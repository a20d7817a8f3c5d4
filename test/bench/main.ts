import { parseArgs } from 'node:util';
import { agents } from './agents.ts';
import { dialogues } from './dialogues.ts';
import { analytics } from './analytics.ts';
import { delivery } from './delivery.ts';
import { faults } from './faults.ts';
import { inbox } from './inbox.ts';
import { knowledge } from './knowledge.ts';
import { live } from './live.ts';
import { router } from './router.ts';
import { table } from './table.ts';
import { webhooks } from './webhooks.ts';

const benchmarks = { agents, analytics, delivery, dialogues, faults, inbox, knowledge, live, router, webhooks };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, seed: { type: 'string' } },
});
const name = Object.keys(benchmarks).find((one) => one === positionals[0]) as keyof typeof benchmarks | undefined;
if (name === undefined) {
  process.stderr.write(`npm run bench -- ${Object.keys(benchmarks).join('|')} [--quick] [--seed NUMBER]\n`);
  process.exit(1);
}
// What is done at random can be done again by the number that it was drawn from.
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const rows = await benchmarks[name]({ ...values, seed });
process.stdout.write(`${table(name, rows)}\n`);
if (rows.some(({ isBroken }) => isBroken)) process.exitCode = 1;
