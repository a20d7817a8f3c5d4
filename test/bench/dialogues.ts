import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialogue } from './dialogues/dialogue.ts';
import { dialogues as known } from './dialogues/dialogues.ts';
import { heldOut } from './dialogues/heldOut.ts';
import { newcomers } from './dialogues/newcomers.ts';
import { openShop, type Shop } from './dialogues/openShop.ts';
import { judge, type Verdict } from './dialogues/judge.ts';
import { strangers } from './dialogues/strangers.ts';
import type { Row } from './table.ts';

/** Of a hundred dialogues, so many have to end as they should. */
const ENOUGH = 95;
const LONGEST_MS = 300;

/** One set after another was held out, and then looked at. The last tells how the bot does with people whom nobody made it better by. */
const sets: readonly { readonly name: string; readonly dialogues: readonly Dialogue[]; readonly enough?: number }[] = [
  { name: 'dialogues that end as they should', dialogues: known, enough: ENOUGH },
  { name: 'of those first held out, looked at since', dialogues: heldOut },
  { name: 'of those held out next, looked at since', dialogues: strangers },
  { name: 'of those held out last', dialogues: newcomers },
];

/**
 * A hundred contacts of a small shop talk to its bot, as it is without a model: whether each is answered from the right document, or
 * handed over for the right reason. From the message to the bot's own, through everything that stands between. Then others, who were not
 * known when the bot was made. What was expected of each that ends otherwise, and what came, is told besides the figures.
 */
export async function dialogues({ quick }: { readonly quick: boolean }): Promise<Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-bench-'));
  const shop = await openShop(dataDir);
  try {
    const chosen = (all: readonly Dialogue[]): readonly Dialogue[] =>
      quick ? all.filter((_one, i) => i % 4 === 0) : all;
    const held: Held[] = [];
    for (const { dialogues: all, ...set } of sets) held.push({ ...set, verdicts: await hold(shop, chosen(all)) });
    return rowsOf(held);
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

interface Held {
  readonly name: string;
  /** Per cent; undefined: nothing is demanded. */
  readonly enough?: number;
  readonly verdicts: readonly Verdict[];
}

function rowsOf(held: readonly Held[]): Row[] {
  for (const { name, verdicts } of held) tellFailures(name, verdicts);
  const times = held.flatMap(({ verdicts }) => verdicts.flatMap(({ times: taken }) => taken)).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return [
    ...held.map(rowOf),
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

function tellFailures(name: string, verdicts: readonly Verdict[]): void {
  const wrong = verdicts.flatMap((verdict) => verdict.wrong ?? []);
  if (wrong.length > 0) process.stderr.write(`${name}, but for\n${wrong.map((one) => `${one}\n`).join('')}\n`);
}

function rowOf({ name, enough, verdicts }: Held): Row {
  const right = verdicts.filter(({ wrong }) => wrong === undefined).length;
  return {
    figure: name,
    measured: `${String(right)} of ${String(verdicts.length)}`,
    limit: enough === undefined ? '' : `${String(enough)} %`,
    isBroken: enough !== undefined && right * 100 < enough * verdicts.length,
  };
}
