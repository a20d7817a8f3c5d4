import { Codes } from './codes.ts';
import { QdrantError } from './errors.ts';
import { BLOCK, Matrix } from './matrix.ts';

export type Distance = 'Cosine' | 'Dot' | 'Euclid';

/** Takes what a search comes by. */
export interface Taker {
  /** What scores less need not be told, where more is better. */
  readonly floor: number;
  take(slot: number, score: number): void;
}

const INITIAL_ROWS = 256;
const GROWTH = 1.5;

/**
 * The vectors of one name, a row for each slot. Cosine vectors are kept at length 1, as Qdrant keeps them, which makes their similarity a dot
 * product. Each row is compared, first by its {@link Codes} where they tell that it cannot be among the nearest.
 */
export class DenseIndex {
  readonly #size: number;
  readonly #distance: Distance;
  readonly #rows: Matrix;
  /** Of dot products alone it is known how far they can be from the exact ones. */
  readonly #codes: Codes | undefined;
  #present = new Uint8Array(INITIAL_ROWS);

  constructor(size: number, distance: Distance) {
    this.#size = size;
    this.#distance = distance;
    const bytes = Math.ceil(size / 4) * 16;
    this.#rows = new Matrix({ row: bytes, query: bytes }, INITIAL_ROWS);
    this.#codes = distance === 'Euclid' ? undefined : new Codes(size, INITIAL_ROWS);
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
    this.#codes?.set(slot, vector);
    this.#present[slot] = 1;
  }

  has(slot: number): boolean {
    return this.#present[slot] === 1;
  }

  get(slot: number): Float32Array | undefined {
    return this.has(slot) ? this.#row(slot).slice() : undefined;
  }

  /** Tells how near the vectors of these slots are to the query, of all that may be near enough; slots that have none are passed over. */
  search(slots: Uint32Array, query: Float32Array, taker: Taker): void {
    const rows = this.#rows;
    new Float32Array(rows.buffer, 0, this.#size).set(query);
    const narrow = this.#codes?.narrowFor(query);
    const by = this.#distance === 'Euclid' ? 'distances' : 'dots';
    const [block, scores] = [rows.slots, rows.scores];
    const present = this.#present;
    let count = 0;
    const compare = () => {
      const near = narrow ? narrow(block, count, taker.floor) : count;
      rows.compare(by, near);
      for (let i = 0; i < near; i++) taker.take(block[i] as number, scores[i] as number);
      count = 0;
    };
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (present[slot] !== 1) continue;
      block[count++] = slot;
      if (count === BLOCK) compare();
    }
    compare();
  }

  #row(slot: number): Float32Array {
    return new Float32Array(this.#rows.buffer, this.#rows.rowAt(slot), this.#size);
  }

  /** @throws QdrantError when there is no room for them. */
  #grow(rows: number): void {
    this.#rows.grow(rows);
    this.#codes?.grow(rows);
    const present = new Uint8Array(rows);
    present.set(this.#present);
    this.#present = present;
  }
}
