import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dialogues as known, type Dialogue } from './dialogues/dialogues.ts';
import { heldOut } from './dialogues/heldOut.ts';
import { openShop, type Shop } from './dialogues/openShop.ts';
import { judge, type Verdict } from './dialogues/judge.ts';
import type { Row } from './table.ts';

/** Of a hundred dialogues, so many have to end as they should. */
const ENOUGH = 95;
const LONGEST_MS = 300;

/**
 * A hundred contacts of a small shop talk to its bot, as it is without a model: whether each is answered from the right document, or
 * handed over for the right reason. From the message to the bot's own, through everything that stands between. Then those whose
 * dialogues nobody made the bot better by, who tell how it does with strangers.
 */
export async function dialogues({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const shop = await openShop(dataDir);
  try {
    const chosen = (all: readonly Dialogue[]): readonly Dialogue[] =>
      quick ? all.filter((_one, i) => i % 4 === 0) : all;
    return rowsOf(await hold(shop, chosen(known)), await hold(shop, chosen(heldOut)));
  } finally {
    await shop.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function hold(shop: Shop, chosen: readonly Dialogue[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [i, dialogue] of chosen.entries()) {
    process.stderr.write(`\r\x1b[K${String(i + 1)} of ${String(chosen.length)} `);
    verdicts.push(await judge(shop, dialogue));
  }
  process.stderr.write('\r\x1b[K');
  return verdicts;
}

/** Which of the held out dialogues went wrong is not told: who knows it makes the bot better by them. */
function rowsOf(verdicts: readonly Verdict[], strangers: readonly Verdict[]): Row[] {
  for (const { wrong } of verdicts) if (wrong !== undefined) process.stderr.write(`${wrong}\n`);
  const right = rightOf(verdicts);
  const times = [...verdicts, ...strangers].flatMap(({ times: taken }) => taken).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return [
    {
      figure: 'dialogues that end as they should',
      measured: `${String(right)} of ${String(verdicts.length)}`,
      limit: `${String(ENOUGH)} %`,
      isBroken: right * 100 < ENOUGH * verdicts.length,
    },
    {
      figure: 'of those held out',
      measured: `${String(rightOf(strangers))} of ${String(strangers.length)}`,
      limit: '',
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

function rightOf(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ wrong }) => wrong === undefined).length;
}
