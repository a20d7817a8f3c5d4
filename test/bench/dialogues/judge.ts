import type { Dialogue, Outcome } from './dialogue.ts';
import type { Said, Shop } from './openShop.ts';

/** How a dialogue went. */
export interface Verdict {
  /** What was not as it should be; undefined: nothing. */
  readonly wrong: string | undefined;
  /** Milliseconds from each message to the bot's. */
  readonly times: readonly number[];
}

/** Lets somebody new hold the dialogue; it ends at the first thing that is not as it should be. */
export async function judge(shop: Shop, { about, turns }: Dialogue): Promise<Verdict> {
  const contact = shop.somebody();
  const times: number[] = [];
  for (const [text, outcome] of turns) {
    const said = await contact.say(text);
    times.push(said.ms);
    if (!isRight(said, outcome)) {
      const wanted = typeof outcome === 'string' ? outcome : `“${outcome.says}” from ${outcome.from}`;
      return { wrong: `${about}: ${text}\n  wanted ${wanted}\n  got ${shown(said)}`, times };
    }
  }
  return { wrong: undefined, times };
}

function isRight({ reason, text, titles }: Said, outcome: Outcome): boolean {
  if (outcome === 'COURTESY') return reason === null && titles.length === 0;
  if (typeof outcome === 'string') return reason === outcome;
  return reason === null && titles.includes(outcome.from) && text.includes(outcome.says);
}

function shown({ reason, text }: Said): string {
  return reason ?? text.replaceAll('\n', ' ').slice(0, 200);
}
