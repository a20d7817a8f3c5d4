/** A point's place in the segment, and how it scored. */
export interface Hit {
  readonly slot: number;
  readonly score: number;
}

/**
 * The best `limit` of any number of offered hits, in memory of that size: a heap whose root is the worst one kept.
 * Equal scores are ranked by `tieBreak`, so that the same data gives the same page.
 */
export class TopK {
  readonly #limit: number;
  readonly #ascending: boolean;
  readonly #tieBreak: (slotA: number, slotB: number) => number;
  readonly #heap: Hit[] = [];

  constructor(limit: number, ascending: boolean, tieBreak: (slotA: number, slotB: number) => number) {
    this.#limit = limit;
    this.#ascending = ascending;
    this.#tieBreak = tieBreak;
  }

  offer(slot: number, score: number): void {
    if (this.#heap.length < this.#limit) {
      this.#heap.push({ slot, score });
      this.#siftUp();
      return;
    }
    const worst = this.#heap[0];
    if (worst === undefined || !this.#outranks(slot, score, worst)) return;
    this.#heap[0] = { slot, score };
    this.#siftDown();
  }

  /** Whether a hit of this score could be among the best: asked before what costs more to know of it. */
  accepts(score: number): boolean {
    const worst = this.#heap[0];
    if (worst === undefined || this.#heap.length < this.#limit) return true;
    return this.#ascending ? score <= worst.score : score >= worst.score;
  }

  /** What scores less is not among the best, where more is better. */
  get floor(): number {
    const worst = this.#heap[0];
    return worst === undefined || this.#heap.length < this.#limit ? -Infinity : worst.score;
  }

  /** Best first. */
  sorted(): Hit[] {
    return this.#heap.toSorted((a, b) => (this.#outranks(a.slot, a.score, b) ? -1 : 1));
  }

  #outranks(slot: number, score: number, other: Hit): boolean {
    if (score !== other.score) return this.#ascending ? score < other.score : score > other.score;
    return this.#tieBreak(slot, other.slot) < 0;
  }

  #siftUp(): void {
    const heap = this.#heap;
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const [upper, lower] = [heap[parent], heap[child]];
      if (!upper || !lower || !this.#outranks(upper.slot, upper.score, lower)) return;
      heap[parent] = lower;
      heap[child] = upper;
      child = parent;
    }
  }

  #siftDown(): void {
    const heap = this.#heap;
    let parent = 0;
    while (parent * 2 + 1 < heap.length) {
      let child = parent * 2 + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left && right && this.#outranks(left.slot, left.score, right)) child++;
      const [upper, lower] = [heap[parent], heap[child]];
      if (!upper || !lower || !this.#outranks(upper.slot, upper.score, lower)) return;
      heap[parent] = lower;
      heap[child] = upper;
      parent = child;
    }
  }
}
