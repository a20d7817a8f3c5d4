import { backoff } from '#platform/lifecycle/backoff.ts';
import { SignedOut } from './signedOut.ts';

/**
 * How what is shown stands to what is so now. WAITING: what is wanted is not here yet, or it is not known whether it is still so. LIVE:
 * whatever changes is told at once. ASKED: nothing is told, it is asked for now and then. OLD: that does not work either.
 */
export type Freshness = 'WAITING' | 'LIVE' | 'ASKED' | 'OLD';

/** Where answers come from. */
export interface Source<Asked, Answer> {
  ask(asked: Asked): Promise<Answer>;
  /** Tells the answer, and each other one that it becomes, until it has failed. @returns ends it; nothing is told after that. */
  follow(
    asked: Asked,
    listener: { readonly next: (answer: Answer) => void; readonly failed: (error: unknown) => void },
  ): () => void;
}

export interface Following {
  /** Something else is wanted from now on. */
  change(): void;
  /** Somebody looks again. */
  wake(): void;
  /** The network has come, or gone. */
  again(): void;
  stop(): void;
}

/** What has not answered by then is not waited for. */
const ANSWER_MS = 10_000;
/** While nothing is told. */
const ASK_MS = 15_000;
/** Before it is tried again to be told. */
const RETRY = { baseMs: 1_000, capMs: 15_000 };
/** How often it looks whether what is asked has moved on. */
const TICK_MS = 1_000;
/** Whoever did not look for that long has slept, and knows nothing of what was told meanwhile. */
const SLEPT_MS = 10_000;

/** Something that an answer is told of again and again. */
interface Telling {
  readonly end: () => void;
}

/**
 * Follows an answer for as long as somebody looks at it. What is asked moves on with time: then the next is followed before the last is left, so
 * that there is never nothing. While nothing can be followed it asks, tries again by itself, and says so.
 *
 * @param options.asked What is wanted at this time, and when that will be something else, in milliseconds.
 */
export function createFollowing<Asked, Answer>(options: {
  readonly source: Source<Asked, Answer>;
  readonly asked: (now: Date) => { readonly what: Asked; readonly movesAt: number };
  readonly isSeen: () => boolean;
  readonly onAnswer: (answer: Answer, asked: Asked) => void;
  readonly onFreshness: (freshness: Freshness, problem?: Error) => void;
  readonly onSignedOut: (reason: string) => void;
}): Following {
  const { source, asked, isSeen, onAnswer, onFreshness, onSignedOut } = options;
  /** What tells, and what is going to. */
  let shown: Telling | undefined;
  let coming: Telling | undefined;
  let hasAnswer = false;
  let isPaused = false;
  let isLost = false;
  let failures = 0;
  /** Of several questions under way only the last counts. */
  let questions = 0;
  let movesAt = Infinity;
  let lastTick = Date.now();
  let retry: ReturnType<typeof setTimeout> | undefined;
  let next: ReturnType<typeof setTimeout> | undefined;

  function begin(): void {
    clearTimeout(retry);
    retry = undefined;
    coming?.end();
    coming = undefined;
    if (!isSeen()) return rest();
    const wanted = asked(new Date());
    ({ movesAt } = wanted);
    const late = setTimeout(() => failed(new Error('The graph does not answer in time.')), ANSWER_MS);
    const unfollow = source.follow(wanted.what, {
      next(answer) {
        clearTimeout(late);
        if (telling === coming) take();
        onAnswer(answer, wanted.what);
        // It may have led to another question.
        if (telling === shown) onFreshness('LIVE');
      },
      failed,
    });
    const telling: Telling = {
      end() {
        clearTimeout(late);
        unfollow();
      },
    };
    coming = telling;

    function take(): void {
      shown?.end();
      shown = telling;
      coming = undefined;
      hasAnswer = true;
      failures = 0;
      stopAsking();
    }
    function failed(error: unknown): void {
      telling.end();
      if (shown === telling) shown = undefined;
      // The next is under way: it will tell whether that works.
      if (coming && coming !== telling) return;
      coming = undefined;
      lose(error);
    }
  }

  function lose(error: unknown): void {
    if (error instanceof SignedOut) return onSignedOut(error.message);
    shown?.end();
    shown = undefined;
    failures += 1;
    retry ??= setTimeout(begin, backoff(failures, RETRY));
    if (isLost) return;
    isLost = true;
    onFreshness(hasAnswer ? 'ASKED' : 'WAITING');
    void ask();
  }

  async function ask(): Promise<void> {
    clearTimeout(next);
    questions += 1;
    const mine = questions;
    if (!isSeen()) return rest();
    const { what } = asked(new Date());
    try {
      const answer = await source.ask(what);
      if (mine !== questions) return;
      hasAnswer = true;
      onAnswer(answer, what);
      if (mine !== questions) return;
      onFreshness('ASKED');
    } catch (error) {
      if (mine !== questions) return;
      if (error instanceof SignedOut) return onSignedOut(error.message);
      onFreshness('OLD', error instanceof Error ? error : new Error('Try again.'));
    }
    next = setTimeout(() => void ask(), ASK_MS);
  }

  function stopAsking(): void {
    isLost = false;
    questions += 1;
    clearTimeout(next);
  }

  function leave(): void {
    clearTimeout(retry);
    retry = undefined;
    shown?.end();
    coming?.end();
    shown = coming = undefined;
    stopAsking();
  }

  /** Until somebody looks again. */
  function rest(): void {
    isPaused = true;
    leave();
    onFreshness('WAITING');
  }

  function startAnew(): void {
    const wasLost = isLost;
    isPaused = false;
    leave();
    onFreshness('WAITING');
    begin();
    if (!wasLost || isPaused) return;
    isLost = true;
    void ask();
  }

  function tick(): void {
    const now = Date.now();
    const hasSlept = now - lastTick > SLEPT_MS;
    lastTick = now;
    if (isPaused) return;
    if (hasSlept) startAnew();
    else if (now >= movesAt && shown) begin();
  }

  const ticking = setInterval(tick, TICK_MS);
  onFreshness('WAITING');
  begin();

  return {
    change() {
      hasAnswer = false;
      startAnew();
    },
    wake() {
      if (isPaused || isLost) startAnew();
    },
    again: startAnew,
    stop() {
      clearInterval(ticking);
      leave();
    },
  };
}
