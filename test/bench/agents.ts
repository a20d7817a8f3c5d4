import { runAgents, type RunResult } from '#test/agents/runAgents.ts';
import { startStack } from './stack.ts';
import type { Row } from './table.ts';

const AGENTS = 100;
/** Of what is broken, so many are told. */
const EXAMPLES = 3;

/**
 * A hundred agents at random for two minutes, with live inboxes, while customers write on all channels: how often each thing was done
 * and how long it took, and beside its limit everything that has to hold afterwards.
 */
export async function agents({ quick, seed }: { readonly quick: boolean; readonly seed: number }): Promise<Row[]> {
  const stack = await startStack();
  process.stderr.write(`seed ${String(seed)}\n`);
  const startedAt = performance.now();
  try {
    const result = await runAgents({
      stack,
      seed,
      agents: quick ? AGENTS / 2 : AGENTS,
      shift: { durationMs: quick ? 20_000 : 120_000, thinkMs: 4_000, leastEach: 5 },
      rate: quick ? 5 : 10,
      onProgress(step) {
        const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
        process.stderr.write(`\r\x1b[K${seconds} s: ${step} `);
      },
    });
    process.stderr.write('\r\x1b[K');
    return rowsOf(result);
  } finally {
    await stack.stop();
  }
}

function rowsOf({ performances, findings, written, resumed }: RunResult): Row[] {
  const invariants = Object.values(findings).flat();
  for (const { name, broken } of invariants) {
    for (const example of broken.slice(0, EXAMPLES)) process.stderr.write(`${name}: ${example}\n`);
  }
  return [
    { figure: 'messages of customers', measured: String(written), limit: '' },
    { figure: 'live subscriptions resumed', measured: String(resumed), limit: '' },
    { figure: 'done / refused, p50 / p99 ms', measured: '', limit: '' },
    ...performances.map(({ name, done, refused, p50, p99 }) => ({
      figure: name,
      measured: `${String(done)} / ${String(sum(refused.values()))}, ${p50.toFixed(1)} / ${p99.toFixed(1)}`,
      limit: [...refused].map(([code, times]) => `${String(times)} ${code}`).join(', '),
    })),
    { figure: 'broken, of', measured: '', limit: '' },
    ...invariants.map(({ name, checked, broken }) => ({
      figure: name,
      measured: `${String(broken.length)}, ${String(checked)}`,
      limit: '0',
      isBroken: broken.length > 0,
    })),
  ];
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}
