import { Matrix } from './matrix.ts';

/** Of a number in a row: it stands for so many steps in either direction. */
const MOST = 127;
/** Of a number in the query, where a sum of products still fits into 32 bits. */
const MOST_IN_QUERY = 32_767;
const MOST_IN_SUM = 2 ** 31 - 1;
/** How much an operation with floats may be beside the truth, as a part of it. */
const ROUNDING = 2 ** -24;

/** Leaves in place, at the beginning of the block, the slots that may score as much as `floor`. @returns how many */
export type Narrow = (block: Uint32Array<ArrayBuffer>, count: number, floor: number) => number;

/**
 * The vectors once more, with a byte for each number: reading them takes a quarter of the time, and it is known of each how far its dot
 * product with a query can be beside the exact one. So nothing is missed when only those are compared exactly that may be among the nearest.
 */
export class Codes {
  readonly #matrix: Matrix;
  readonly #mostInQuery: number;
  readonly #size: number;
  /** By slot: how much a step is, how long the vector is, and how long the difference between it and its codes. */
  #steps: Float32Array<ArrayBuffer>;
  #lengths: Float32Array<ArrayBuffer>;
  #errors: Float32Array<ArrayBuffer>;

  constructor(size: number, rows: number) {
    const row = Math.ceil(size / 16) * 16;
    this.#size = size;
    this.#matrix = new Matrix({ row, query: row * 2 }, rows);
    this.#mostInQuery = Math.min(MOST_IN_QUERY, Math.floor(MOST_IN_SUM / MOST / row));
    this.#steps = new Float32Array(rows);
    this.#lengths = new Float32Array(rows);
    this.#errors = new Float32Array(rows);
  }

  set(slot: number, vector: Float32Array): void {
    const codes = new Int8Array(this.#matrix.buffer, this.#matrix.rowAt(slot), this.#size);
    const { step, length, error } = encode(vector, codes, MOST);
    this.#steps[slot] = step;
    this.#lengths[slot] = length;
    this.#errors[slot] = error;
  }

  /** @throws QdrantError when there is no room for so many rows. */
  grow(rows: number): void {
    this.#matrix.grow(rows);
    this.#steps = copied(this.#steps, rows);
    this.#lengths = copied(this.#lengths, rows);
    this.#errors = copied(this.#errors, rows);
  }

  /** For one query: what is set or grows afterwards is not looked at. */
  narrowFor(query: Float32Array): Narrow {
    const matrix = this.#matrix;
    const [steps, lengths, errors] = [this.#steps, this.#lengths, this.#errors];
    const { step, length, error } = encode(query, new Int16Array(matrix.buffer, 0, this.#size), this.#mostInQuery);
    // What x·y differs by when both are what their codes say (Cauchy and Schwarz), and what adding it up exactly rounds away.
    const ofLength = error + length * (this.#size + 16) * ROUNDING;
    const ofError = length + error;
    const { slots, scores } = matrix;
    return (block, count, floor) => {
      if (floor === -Infinity) return count;
      slots.set(block.subarray(0, count));
      matrix.compare('codes', count);
      let left = 0;
      for (let i = 0; i < count; i++) {
        const slot = block[i] as number;
        const nearest =
          (scores[i] as number) * (steps[slot] as number) * step +
          (lengths[slot] as number) * ofLength +
          (errors[slot] as number) * ofError;
        // Also where it is no number: that is for the exact comparison to say.
        if (!(nearest < floor)) block[left++] = slot;
      }
      return left;
    };
  }
}

/** Writes a vector as whole numbers of steps, up to `most`. */
function encode(vector: Float32Array, codes: Int8Array | Int16Array, most: number) {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  const step = Math.fround(largest / most);
  let [length, error] = [0, 0];
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i] as number;
    // A step that was rounded down would go beyond.
    const code = step === 0 ? 0 : Math.max(-most, Math.min(most, Math.round(value / step)));
    codes[i] = code;
    length += value * value;
    error += (value - code * step) ** 2;
  }
  return { step, length: Math.sqrt(length), error: Math.sqrt(error) };
}

function copied(from: Float32Array, length: number): Float32Array<ArrayBuffer> {
  const to = new Float32Array(length);
  to.set(from);
  return to;
}
