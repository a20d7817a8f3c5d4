import { QdrantError } from './errors.ts';

export type Distance = 'Cosine' | 'Dot' | 'Euclid';

const INITIAL_ROWS = 256;
const GROWTH = 1.5;

/**
 * The vectors of one name in one contiguous matrix, a row per slot: a search is a loop over numbers that stand side by side.
 * Cosine vectors are kept at length 1, as Qdrant keeps them, which makes their similarity a dot product.
 */
export class DenseIndex {
  readonly #size: number;
  readonly #distance: Distance;
  #matrix: Float32Array<ArrayBuffer>;
  #present: Uint8Array<ArrayBuffer>;

  constructor(size: number, distance: Distance) {
    this.#size = size;
    this.#distance = distance;
    this.#matrix = new Float32Array(size * INITIAL_ROWS);
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
    this.#matrix.set(vector, slot * this.#size);
    this.#present[slot] = 1;
  }

  has(slot: number): boolean {
    return this.#present[slot] === 1;
  }

  get(slot: number): Float32Array | undefined {
    return this.has(slot) ? this.#matrix.slice(slot * this.#size, (slot + 1) * this.#size) : undefined;
  }

  /** How near the vector of each slot is to the query; every slot must have one. */
  scores(slots: readonly number[], query: Float32Array): Float64Array {
    const score = this.#distance === 'Euclid' ? euclid : dot;
    const scores = new Float64Array(slots.length);
    for (let i = 0; i < slots.length; i++) scores[i] = score(this.#matrix, (slots[i] as number) * this.#size, query);
    return scores;
  }

  #grow(rows: number): void {
    const [matrix, present] = [new Float32Array(rows * this.#size), new Uint8Array(rows)];
    matrix.set(this.#matrix);
    present.set(this.#present);
    this.#matrix = matrix;
    this.#present = present;
  }
}

/**
 * Four sums, so that one addition need not wait for the one before it. The indexes are within bounds, and to have the engine
 * check for `undefined` would cost half as much again.
 */
function dot(matrix: Float32Array, offset: number, query: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = query.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const at = offset + i;
    a += (matrix[at] as number) * (query[i] as number);
    b += (matrix[at + 1] as number) * (query[i + 1] as number);
    c += (matrix[at + 2] as number) * (query[i + 2] as number);
    d += (matrix[at + 3] as number) * (query[i + 3] as number);
  }
  for (let i = whole; i < query.length; i++) a += (matrix[offset + i] as number) * (query[i] as number);
  return a + b + c + d;
}

function euclid(matrix: Float32Array, offset: number, query: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    const difference = (matrix[offset + i] as number) - (query[i] as number);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
