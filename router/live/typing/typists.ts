/** Who is writing, by their own word. */
export interface Typists<A> {
  /** Somebody says that they write (still), or have stopped. */
  take(author: A, isTyping: boolean): void;
  /** Who began last and goes on. */
  readonly current: A | undefined;
  /** Ends all waiting. */
  stop(): void;
}

/**
 * Somebody who does not say in time that they go on has stopped: a tab that was closed says nothing.
 *
 * @param options.onChange told when somebody begins or stops, and not of what was known.
 */
export function createTypists<A>(options: {
  readonly lifetimeMs: number;
  readonly keyOf: (author: A) => string;
  readonly onChange: (author: A, isTyping: boolean) => void;
}): Typists<A> {
  const { lifetimeMs, keyOf, onChange } = options;
  const typing = new Map<string, { readonly author: A; readonly expiry: NodeJS.Timeout }>();

  function end(author: A): void {
    clearTimeout(typing.get(keyOf(author))?.expiry);
    if (typing.delete(keyOf(author))) onChange(author, false);
  }

  return {
    take(author, isTyping) {
      if (!isTyping) return end(author);
      const known = typing.get(keyOf(author));
      clearTimeout(known?.expiry);
      typing.set(keyOf(author), { author, expiry: setTimeout(() => end(author), lifetimeMs) });
      if (!known) onChange(author, true);
    },
    get current() {
      return [...typing.values()].at(-1)?.author;
    },
    stop() {
      for (const { expiry } of typing.values()) clearTimeout(expiry);
      typing.clear();
    },
  };
}
