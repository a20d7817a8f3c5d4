import { parseArgs } from 'node:util';
import { delivery } from './delivery.ts';
import { inbox } from './inbox.ts';
import { live } from './live.ts';
import { router } from './router.ts';
import { table } from './table.ts';
import { webhooks } from './webhooks.ts';

const benchmarks = { delivery, inbox, live, router, webhooks };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const name = Object.keys(benchmarks).find((one) => one === positionals[0]) as keyof typeof benchmarks | undefined;
if (name === undefined) {
  process.stderr.write(`npm run bench -- ${Object.keys(benchmarks).join('|')} [--quick]\n`);
  process.exit(1);
}
process.stdout.write(`${table(name, await benchmarks[name](values))}\n`);
