import { DenseIndex, type Distance } from './denseIndex.ts';
import { QdrantError } from './errors.ts';
import { SparseIndex, sparseVector, type SparseVector } from './sparseIndex.ts';

/** Which vectors a collection's points may carry, by name. */
export interface VectorParams {
  readonly dense: Readonly<Record<string, { readonly size: number; readonly distance: Distance }>>;
  readonly sparse: Readonly<Record<string, { readonly idf: boolean }>>;
}

export interface SparseInput {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** A vector as a request gives it. */
export type VectorInput = readonly number[] | SparseInput;

/** A vector as it is kept. */
export type KeptVector = Float32Array | SparseVector;

/** A vector made ready to be compared with those of one name. */
export type Query = { readonly name: string } & ({ readonly dense: Float32Array } | { readonly sparse: SparseVector });

/** A point's vectors, by name. */
export interface PointVectors {
  readonly dense: Readonly<Record<string, Float32Array>>;
  readonly sparse: Readonly<Record<string, SparseVector>>;
}

/** The vector indexes of a collection, one for each name. */
export class VectorIndexes {
  readonly #dense: ReadonlyMap<string, DenseIndex>;
  readonly #sparse: ReadonlyMap<string, SparseIndex>;

  constructor({ dense, sparse }: VectorParams) {
    const denseOf = ({ size, distance }: { size: number; distance: Distance }) => new DenseIndex(size, distance);
    this.#dense = new Map(Object.entries(dense).map(([name, params]) => [name, denseOf(params)]));
    this.#sparse = new Map(Object.entries(sparse).map(([name, { idf }]) => [name, new SparseIndex(idf)]));
  }

  get names(): string[] {
    return [...this.#dense.keys(), ...this.#sparse.keys()];
  }

  dense(name: string): DenseIndex | undefined {
    return this.#dense.get(name);
  }

  sparse(name: string): SparseIndex | undefined {
    return this.#sparse.get(name);
  }

  /** @throws QdrantError for a name that the collection does not have, or a vector of another kind or dimension. */
  query(name: string, vector: VectorInput): Query {
    const [dense, sparse] = [this.#dense.get(name), this.#sparse.get(name)];
    if (!dense && !sparse) throw QdrantError.unknownVector(name);
    if ('indices' in vector) {
      if (!sparse) throw QdrantError.wrongVectorKind(name, 'dense');
      return { name, sparse: sparseVector(vector.indices, vector.values) };
    }
    if (!dense) throw QdrantError.wrongVectorKind(name, 'sparse');
    return { name, dense: dense.prepare(vector) };
  }

  /** @throws QdrantError as `query` does. */
  prepare(vectors: Readonly<Record<string, VectorInput>>): PointVectors {
    const queries = Object.entries(vectors).map(([name, vector]) => this.query(name, vector));
    return {
      dense: Object.fromEntries(queries.flatMap((it) => ('dense' in it ? [[it.name, it.dense] as const] : []))),
      sparse: Object.fromEntries(queries.flatMap((it) => ('sparse' in it ? [[it.name, it.sparse] as const] : []))),
    };
  }

  set(slot: number, { dense, sparse }: PointVectors): void {
    for (const [name, vector] of Object.entries(dense)) this.#dense.get(name)?.set(slot, vector);
    for (const [name, vector] of Object.entries(sparse)) this.#sparse.get(name)?.set(slot, vector);
  }

  /** Of dense vectors nothing is left to find once the slot is dead; sparse ones are counted. */
  remove(slot: number): void {
    for (const index of this.#sparse.values()) index.remove(slot);
  }

  get(slot: number, name: string): KeptVector | undefined {
    return this.#dense.get(name)?.get(slot) ?? this.#sparse.get(name)?.get(slot);
  }

  /** All vectors of a slot, as `set` took them. */
  all(slot: number): PointVectors {
    const of = <Vector>(indexes: ReadonlyMap<string, { get(slot: number): Vector | undefined }>) =>
      Object.fromEntries(
        [...indexes].flatMap(([name, index]) => {
          const vector = index.get(slot);
          return vector === undefined ? [] : [[name, vector] as const];
        }),
      );
    return { dense: of<Float32Array>(this.#dense), sparse: of<SparseVector>(this.#sparse) };
  }
}
