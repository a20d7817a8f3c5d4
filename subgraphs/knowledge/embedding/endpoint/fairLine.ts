/** Somebody who waits. */
export interface Waiting {
  readonly companyId: string;
  readonly background?: true | undefined;
}

/** Who waits, in the order in which they go: who is waited for before the rest, and of each the companies in turn. */
export interface FairLine<T extends Waiting> {
  add(one: T): void;
  remove(one: T): void;
  /** Who goes next, and stays in the line until removed. */
  readonly first: T | undefined;
}

export function createFairLine<T extends Waiting>(): FairLine<T> {
  /** Of each company in the order of their coming; the company that went last stands at the end. */
  const awaited = new Map<string, T[]>();
  const inBackground = new Map<string, T[]>();
  const lineOf = ({ background }: T) => (background ? inBackground : awaited);

  return {
    add(one) {
      const line = lineOf(one);
      const own = line.get(one.companyId);
      if (own) own.push(one);
      else line.set(one.companyId, [one]);
    },
    remove(one) {
      const line = lineOf(one);
      const own = line.get(one.companyId)?.filter((other) => other !== one) ?? [];
      line.delete(one.companyId);
      if (own.length > 0) line.set(one.companyId, own);
    },
    get first() {
      const [own] = awaited.size > 0 ? awaited.values() : inBackground.values();
      return own?.[0];
    },
  };
}
