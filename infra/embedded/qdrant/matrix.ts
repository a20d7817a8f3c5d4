import { QdrantError } from './errors.ts';
import { similarityIn, type Similarity } from './similarity.ts';

/** Slots that are compared in one call. */
export const BLOCK = 4096;
const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;

/**
 * A row of bytes for each slot, one behind the other: a search is a loop over numbers that stand side by side. In the memory stand the
 * query, a block of slots, their scores, and behind them the rows, which may grow to 4 GB in all. Views of it hold until it grows.
 */
export class Matrix {
  readonly #rowBytes: number;
  readonly #slotsAt: number;
  readonly #scoresAt: number;
  readonly #rowsAt: number;
  readonly #memory: WebAssembly.Memory;
  readonly #similarity: Similarity;

  /** @param bytes Of a row and of the query, both multiples of 16. */
  constructor(bytes: { readonly row: number; readonly query: number }, rows: number) {
    this.#rowBytes = bytes.row;
    this.#slotsAt = bytes.query;
    this.#scoresAt = this.#slotsAt + BLOCK * 4;
    this.#rowsAt = this.#scoresAt + BLOCK * 4;
    const initial = this.#pagesFor(rows);
    this.#memory = new WebAssembly.Memory({ initial, maximum: Math.max(initial, MOST_PAGES) });
    this.#similarity = similarityIn(this.#memory);
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** The slots to be compared next. */
  get slots(): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.buffer, this.#slotsAt, BLOCK);
  }

  /** Of the slots that were compared last. */
  get scores(): Float32Array<ArrayBuffer> {
    return new Float32Array(this.buffer, this.#scoresAt, BLOCK);
  }

  /** Where in the buffer a slot's row begins; the query begins at 0. */
  rowAt(slot: number): number {
    return this.#rowsAt + slot * this.#rowBytes;
  }

  /** Scores the first of the slots. */
  compare(by: keyof Similarity, count: number): void {
    this.#similarity[by](0, this.#rowsAt, this.#rowBytes, this.#slotsAt, count, this.#scoresAt);
  }

  /** @throws QdrantError when there is no room for so many rows. */
  grow(rows: number): void {
    const missing = this.#pagesFor(rows) - this.buffer.byteLength / PAGE_BYTES;
    try {
      if (missing > 0) this.#memory.grow(missing);
    } catch (error) {
      throw QdrantError.outOfMemory(error);
    }
  }

  #pagesFor(rows: number): number {
    return Math.ceil((this.#rowsAt + rows * this.#rowBytes) / PAGE_BYTES);
  }
}
