/** What is under way in this process, one for each conversation. */
export interface Runs {
  /**
   * Runs unless something newer of the conversation runs, and ends what is older. Undefined: something newer took its place.
   */
  run<T>(conversationId: string, ordinal: number, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
}

export function createRuns(): Runs {
  const running = new Map<string, { readonly ordinal: number; readonly controller: AbortController }>();

  return {
    async run(conversationId, ordinal, work) {
      const before = running.get(conversationId);
      if (before && before.ordinal > ordinal) return undefined;
      before?.controller.abort();
      const own = { ordinal, controller: new AbortController() };
      running.set(conversationId, own);
      try {
        return await work(own.controller.signal);
      } catch (error) {
        if (own.controller.signal.aborted) return undefined;
        throw error;
      } finally {
        if (running.get(conversationId) === own) running.delete(conversationId);
      }
    },
  };
}
