import { pause } from '#platform/lifecycle/backoff.ts';
import { demoPerson, type DemoPerson } from './people.ts';
import { emojis, replies } from './phrases.ts';

/** What a customer does about a message of the company. */
export type Answer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reaction'; readonly emoji: string };

export interface Answers {
  /**
   * Takes note of a message to somebody. When it is one of the demo's customers, they may do something about it, a moment
   * later: `act` has to bring it about.
   */
  hear(personId: string, act: (person: DemoPerson, answer: Answer) => Promise<unknown>): void;
  /** Nobody begins to answer any more; resolves when nobody does. */
  stop(): Promise<void>;
}

/** Of messages, and of the answers to them. */
const ANSWERS = 0.7;
const REACTIONS = 0.25;
/** One of each customer at a time. */
const MAX_UNDER_WAY = 1_000;

/**
 * The demo's customers answer what is sent to them.
 *
 * @param options.waitMs From the shortest to the longest. @default [1_000, 3_000]
 * @param options.random Between 0 and 1. @default Math.random
 */
export function createAnswers(
  options: { readonly waitMs?: readonly [number, number]; readonly random?: () => number } = {},
): Answers {
  const { waitMs: [shortest, longest] = [1_000, 3_000], random = Math.random } = options;
  const underWay = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  function answerOf({ language }: DemoPerson): Answer {
    if (random() < REACTIONS) return { kind: 'reaction', emoji: pick(emojis) };
    return { kind: 'text', text: pick(replies[language] ?? replies.en) };
  }

  function pick(items: readonly [string, ...string[]]): string {
    return items[Math.floor(random() * items.length)] ?? items[0];
  }

  async function answer(person: DemoPerson, act: (answer: Answer) => Promise<unknown>): Promise<void> {
    await pause(shortest + random() * (longest - shortest), stopping.signal);
    if (stopping.signal.aborted) return;
    // Whoever is not heard, as while the platform stops, leaves it.
    await act(answerOf(person)).catch(() => undefined);
  }

  return {
    hear(personId, act) {
      const person = demoPerson(personId);
      if (!person || underWay.has(personId) || underWay.size >= MAX_UNDER_WAY || random() >= ANSWERS) return;
      const answering = answer(person, (what) => act(person, what)).finally(() => underWay.delete(personId));
      underWay.set(personId, answering);
    },
    async stop() {
      stopping.abort();
      await Promise.all(underWay.values());
    },
  };
}
