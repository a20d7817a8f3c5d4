/** Term numbers in ascending order and their weights, index by index. */
export interface SparseVector {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

interface Postings {
  slots: Uint32Array;
  values: Float32Array;
  length: number;
  /** How many of the entries belong to points that are still there: the term's document frequency. */
  live: number;
}

/** A sparse vector with its indices in ascending order. */
export function sparseVector(indices: readonly number[], values: readonly number[]): SparseVector {
  const order = indices.map((_, position) => position).toSorted((a, b) => (indices[a] ?? 0) - (indices[b] ?? 0));
  return {
    indices: Uint32Array.from(order, (position) => indices[position] ?? 0),
    values: Float32Array.from(order, (position) => values[position] ?? 0),
  };
}

/**
 * The sparse vectors of one name, inverted: a search reads the postings of the query's terms and nothing else.
 * Slots are only ever appended (a changed point takes a new one), so a posting list is too; entries of removed points stay
 * until the segment is rebuilt.
 */
export class SparseIndex {
  readonly #idf: boolean;
  readonly #postings = new Map<number, Postings>();
  readonly #vectors = new Map<number, SparseVector>();
  #documents = 0;
  #sums = new Float64Array(256);
  /** In which search a slot was last reached, so that the sums need no clearing. */
  #reachedIn = new Uint32Array(256);
  #search = 0;

  /** @param idf whether query weights are multiplied by the terms' inverse document frequency. */
  constructor(idf: boolean) {
    this.#idf = idf;
  }

  set(slot: number, vector: SparseVector): void {
    // A copy, because a vector read from disk is a view that would keep all the bytes around it in memory.
    this.#vectors.set(slot, { indices: vector.indices.slice(), values: vector.values.slice() });
    if (vector.indices.length > 0) this.#documents++;
    vector.indices.forEach((term, position) => this.#append(term, slot, vector.values[position] ?? 0));
  }

  remove(slot: number): void {
    const vector = this.#vectors.get(slot);
    if (!vector) return;
    this.#vectors.delete(slot);
    if (vector.indices.length > 0) this.#documents--;
    for (const term of vector.indices) {
      const postings = this.#postings.get(term);
      if (postings) postings.live--;
    }
  }

  get(slot: number): SparseVector | undefined {
    return this.#vectors.get(slot);
  }

  /** Scores every slot that shares a term with the query, removed ones included: `visit` tells them apart. */
  search(query: SparseVector, visit: (slot: number, score: number) => void): void {
    const weights = this.#weights(query);
    const search = this.#nextSearch();
    const reached: number[] = [];
    const [sums, reachedIn] = [this.#sums, this.#reachedIn];
    query.indices.forEach((term, position) => {
      const postings = this.#postings.get(term);
      if (!postings) return;
      const weight = weights[position] ?? 0;
      for (let i = 0; i < postings.length; i++) {
        const slot = postings.slots[i] ?? 0;
        if (reachedIn[slot] !== search) {
          reachedIn[slot] = search;
          sums[slot] = 0;
          reached.push(slot);
        }
        sums[slot] = (sums[slot] ?? 0) + weight * (postings.values[i] ?? 0);
      }
    });
    for (const slot of reached) visit(slot, sums[slot] ?? 0);
  }

  /** The score of a slot, or undefined when it shares no term with the query. */
  scorer(query: SparseVector): (slot: number) => number | undefined {
    const weights = this.#weights(query);
    const weightOf = new Map(Array.from(query.indices, (term, position) => [term, weights[position] ?? 0]));
    return (slot) => {
      const vector = this.#vectors.get(slot);
      let score: number | undefined;
      vector?.indices.forEach((term, position) => {
        const weight = weightOf.get(term);
        if (weight !== undefined) score = (score ?? 0) + weight * (vector.values[position] ?? 0);
      });
      return score;
    };
  }

  /** Qdrant's formula, over all points of the collection that have this vector. */
  #weights(query: SparseVector): Float32Array {
    if (!this.#idf) return query.values;
    return query.values.map((value, position) => {
      const frequency = this.#postings.get(query.indices[position] ?? 0)?.live ?? 0;
      return value * Math.log((this.#documents - frequency + 0.5) / (frequency + 0.5) + 1);
    });
  }

  #append(term: number, slot: number, value: number): void {
    let postings = this.#postings.get(term);
    if (!postings) {
      postings = { slots: new Uint32Array(2), values: new Float32Array(2), length: 0, live: 0 };
      this.#postings.set(term, postings);
    }
    if (postings.length === postings.slots.length) {
      postings.slots = grown(postings.slots, new Uint32Array(postings.length * 2));
      postings.values = grown(postings.values, new Float32Array(postings.length * 2));
    }
    postings.slots[postings.length] = slot;
    postings.values[postings.length] = value;
    postings.length++;
    postings.live++;
    if (slot >= this.#sums.length) {
      const length = Math.max(slot + 1, this.#sums.length * 2);
      this.#sums = new Float64Array(length);
      this.#reachedIn = new Uint32Array(length);
    }
  }

  #nextSearch(): number {
    this.#search++;
    if (this.#search > 0xffff_ffff) {
      this.#reachedIn.fill(0);
      this.#search = 1;
    }
    return this.#search;
  }
}

function grown<Values extends Uint32Array | Float32Array>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
