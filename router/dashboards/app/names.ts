export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Names {
  /** Undefined while it is not known. */
  of(id: string): string | undefined;
  /** Finds out those that are not known yet, once. */
  need(ids: readonly string[]): void;
}

/**
 * The names of agents. What is told live has none, so that it is the same for all who look at it; of those who have left and still have figures
 * they are asked for when they turn up.
 */
export function createNames(
  known: readonly Named[],
  options: { readonly ask: () => Promise<readonly Named[]>; readonly onFound: () => void },
): Names {
  const names = new Map<string, string | undefined>(known.map(({ id, name }) => [id, name]));

  async function find(ids: readonly string[]): Promise<void> {
    for (const id of ids) names.set(id, undefined);
    try {
      for (const { id, name } of await options.ask()) names.set(id, name);
      options.onFound();
    } catch {
      // With the next figures.
      for (const id of ids) names.delete(id);
    }
  }

  return {
    of: (id) => names.get(id),
    need(ids) {
      const unknown = ids.filter((id) => !names.has(id));
      if (unknown.length > 0) void find(unknown);
    },
  };
}
