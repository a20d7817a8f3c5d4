import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialogues as all } from './dialogues/dialogues.ts';
import { openShop, type Shop } from './dialogues/openShop.ts';
import { judge, type Verdict } from './dialogues/judge.ts';
import type { Row } from './table.ts';

/** Of a hundred dialogues, so many have to end as they should. */
const ENOUGH = 95;
const LONGEST_MS = 300;

/**
 * A hundred contacts of a small shop talk to its bot, as it is without a model: whether each is answered from the right document, or
 * handed over for the right reason. From the message to the bot's own, through everything that stands between.
 */
export async function dialogues({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const shop = await openShop(dataDir);
  try {
    return rowsOf(await hold(shop, quick ? all.filter((_one, i) => i % 4 === 0) : all));
  } finally {
    await shop.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function hold(shop: Shop, chosen: typeof all): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [i, dialogue] of chosen.entries()) {
    process.stderr.write(`\r\x1b[K${String(i + 1)} of ${String(chosen.length)}: ${dialogue.about} `);
    verdicts.push(await judge(shop, dialogue));
  }
  process.stderr.write('\r\x1b[K');
  return verdicts;
}

function rowsOf(verdicts: readonly Verdict[]): Row[] {
  const wrong = verdicts.flatMap(({ wrong: reason }) => reason ?? []);
  for (const reason of wrong) process.stderr.write(`${reason}\n`);
  const right = verdicts.length - wrong.length;
  const times = verdicts.flatMap(({ times: taken }) => taken).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return [
    {
      figure: 'dialogues that end as they should',
      measured: `${String(right)} of ${String(verdicts.length)}`,
      limit: `${String(ENOUGH)} %`,
      isBroken: right * 100 < ENOUGH * verdicts.length,
    },
    { figure: 'answers and hand-overs', measured: String(times.length), limit: '' },
    { figure: 'from a message to the bot’s, p50', measured: `${at(0.5).toFixed(0)} ms`, limit: '' },
    {
      figure: 'p95',
      measured: `${at(0.95).toFixed(0)} ms`,
      limit: `${String(LONGEST_MS)} ms`,
      isBroken: at(0.95) > LONGEST_MS,
    },
  ];
}
