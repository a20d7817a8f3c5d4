import { QdrantError } from './errors.ts';
import { similarityIn, type Score } from './similarity.ts';

export type Distance = 'Cosine' | 'Dot' | 'Euclid';

const INITIAL_ROWS = 256;
const GROWTH = 1.5;
/** Slots that are compared in one call. */
const BLOCK = 4096;
const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;

/**
 * The vectors of one name in one contiguous matrix, a row per slot: a search is a loop over numbers that stand side by side.
 * Cosine vectors are kept at length 1, as Qdrant keeps them, which makes their similarity a dot product. In the memory stand the query,
 * a block of slots, their scores, and behind them the matrix, which may grow to 4 GB in all.
 */
export class DenseIndex {
  readonly #size: number;
  readonly #distance: Distance;
  /** Of a row: whole groups of four numbers. */
  readonly #rowBytes: number;
  readonly #slotsAt: number;
  readonly #scoresAt: number;
  readonly #matrixAt: number;
  readonly #memory: WebAssembly.Memory;
  readonly #score: Score;
  #present: Uint8Array<ArrayBuffer>;

  constructor(size: number, distance: Distance) {
    this.#size = size;
    this.#distance = distance;
    this.#rowBytes = Math.ceil(size / 4) * 16;
    this.#slotsAt = this.#rowBytes;
    this.#scoresAt = this.#slotsAt + BLOCK * 4;
    this.#matrixAt = this.#scoresAt + BLOCK * 4;
    const initial = this.#pagesFor(INITIAL_ROWS);
    this.#memory = new WebAssembly.Memory({ initial, maximum: Math.max(initial, MOST_PAGES) });
    const { dots, distances } = similarityIn(this.#memory);
    this.#score = distance === 'Euclid' ? distances : dots;
    this.#present = new Uint8Array(INITIAL_ROWS);
  }

  /** Whether a smaller score is a better one. */
  get ascending(): boolean {
    return this.#distance === 'Euclid';
  }

  /**
   * The vector as this index keeps it.
   * @throws QdrantError when its dimension is not the declared one.
   */
  prepare(vector: readonly number[]): Float32Array {
    if (vector.length !== this.#size) throw QdrantError.wrongDimension(this.#size, vector.length);
    const prepared = Float32Array.from(vector);
    if (this.#distance !== 'Cosine') return prepared;
    const length = Math.sqrt(prepared.reduce((sum, value) => sum + value * value, 0));
    return length === 0 ? prepared : prepared.map((value) => value / length);
  }

  /** @param vector as `prepare` gave it. */
  set(slot: number, vector: Float32Array): void {
    if (slot >= this.#present.length) this.#grow(Math.max(slot + 1, Math.ceil(this.#present.length * GROWTH)));
    this.#row(slot).set(vector);
    this.#present[slot] = 1;
  }

  has(slot: number): boolean {
    return this.#present[slot] === 1;
  }

  get(slot: number): Float32Array | undefined {
    return this.has(slot) ? this.#row(slot).slice() : undefined;
  }

  /** Tells how near the vector of each slot is to the query; slots that have none are passed over. */
  search(slots: Uint32Array, query: Float32Array, visit: (slot: number, score: number) => void): void {
    const { buffer } = this.#memory;
    new Float32Array(buffer, 0, this.#rowBytes / 4).fill(0).set(query);
    const block = new Uint32Array(buffer, this.#slotsAt, BLOCK);
    const scores = new Float32Array(buffer, this.#scoresAt, BLOCK);
    const rows = this.#present.length;
    let count = 0;
    const compare = () => {
      this.#score(0, this.#matrixAt, this.#rowBytes, this.#slotsAt, count, this.#scoresAt);
      for (let i = 0; i < count; i++) visit(block[i] as number, scores[i] as number);
      count = 0;
    };
    for (const slot of slots) {
      if (slot >= rows || this.#present[slot] !== 1) continue;
      block[count++] = slot;
      if (count === BLOCK) compare();
    }
    compare();
  }

  #row(slot: number): Float32Array {
    return new Float32Array(this.#memory.buffer, this.#matrixAt + slot * this.#rowBytes, this.#size);
  }

  #pagesFor(rows: number): number {
    return Math.ceil((this.#matrixAt + rows * this.#rowBytes) / PAGE_BYTES);
  }

  /** @throws QdrantError when there is no room for them. */
  #grow(rows: number): void {
    const missing = this.#pagesFor(rows) - this.#memory.buffer.byteLength / PAGE_BYTES;
    try {
      if (missing > 0) this.#memory.grow(missing);
    } catch (error) {
      throw QdrantError.outOfMemory(error);
    }
    const present = new Uint8Array(rows);
    present.set(this.#present);
    this.#present = present;
  }
}
