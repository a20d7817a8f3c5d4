import { QdrantError } from './errors.ts';
import { type Condition, compileFilter, type Filter, isEmptyFilter } from './filter.ts';
import { type IndexSchema, PayloadIndex } from './payloadIndex.ts';
import type { Payload } from './payloadPath.ts';
import { comparePointIds, type PointId } from './pointId.ts';
import { slotArray, SlotSet } from './slotSet.ts';
import { type Hit, TopK } from './topK.ts';
import { type PointVectors, type Query, type VectorInput, VectorIndexes, type VectorParams } from './vectors.ts';

export interface PointInput {
  readonly id: PointId;
  readonly vectors: Readonly<Record<string, VectorInput>>;
  readonly payload: Payload;
}

/** A point as it is kept, in memory and on disk. */
export interface Point extends PointVectors {
  readonly id: PointId;
  /** Number of the write that last changed it. */
  readonly version: number;
  readonly payload: Payload;
}

export type Entry = Pick<Point, 'id' | 'version' | 'payload'>;

/**
 * A collection's points in memory with everything that finds them. A changed vector takes a new slot and leaves its old one
 * dead; `rebuilt` gives the same points without the dead slots.
 */
export class Segment {
  readonly #params: VectorParams;
  readonly #vectors: VectorIndexes;
  readonly #indexes = new Map<string, PayloadIndex>();
  readonly #slots = new Map<PointId, number>();
  readonly #entries: (Entry | undefined)[] = [];

  constructor(params: VectorParams) {
    this.#params = params;
    this.#vectors = new VectorIndexes(params);
  }

  get size(): number {
    return this.#slots.size;
  }

  get vectors(): Omit<VectorIndexes, 'set' | 'remove'> {
    return this.#vectors;
  }

  get indexes(): ReadonlyMap<string, PayloadIndex> {
    return this.#indexes;
  }

  /**
   * Brings a point into the form in which it is kept.
   * @throws QdrantError for a vector that the collection does not have, or of another kind or dimension.
   */
  prepare({ id, vectors, payload }: PointInput, version: number): Point {
    return { id, version, payload, ...this.#vectors.prepare(vectors) };
  }

  /** @throws QdrantError when there is no such point, or it has no such vector. */
  queryOf(id: PointId, name: string): Query {
    if (!this.#vectors.names.includes(name)) throw QdrantError.unknownVector(name);
    const slot = this.#slots.get(id);
    if (slot === undefined) throw QdrantError.pointNotFound(id);
    const vector = this.#vectors.get(slot, name);
    if (!vector) throw QdrantError.pointWithoutVector(id, name);
    return 'indices' in vector ? { name, sparse: vector } : { name, dense: vector };
  }

  put(point: Point): void {
    this.remove(point.id);
    const slot = this.#entries.length;
    this.#entries.push({ id: point.id, version: point.version, payload: point.payload });
    this.#slots.set(point.id, slot);
    this.#vectors.set(slot, point);
    for (const index of this.#indexes.values()) index.add(slot, point.payload);
  }

  /** Does nothing when there is no such point. */
  remove(id: PointId): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    for (const index of this.#indexes.values()) index.remove(slot, this.entryAt(slot).payload);
    this.#vectors.remove(slot);
    this.#entries[slot] = undefined;
    this.#slots.delete(id);
  }

  /** Does nothing when there is no such point. */
  setPayload(id: PointId, payload: Payload, version: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const previous = this.entryAt(slot).payload;
    this.#entries[slot] = { id, version, payload };
    for (const index of this.#indexes.values()) {
      index.remove(slot, previous);
      index.add(slot, payload);
    }
  }

  createIndex(field: string, schema: IndexSchema): void {
    const index = new PayloadIndex(field, schema);
    this.#indexes.set(field, index);
    for (const slot of this.#slots.values()) index.add(slot, this.entryAt(slot).payload);
  }

  deleteIndex(field: string): void {
    this.#indexes.delete(field);
  }

  slotOf(id: PointId): number | undefined {
    return this.#slots.get(id);
  }

  /** Of a slot that a search or `slotOf` gave, before the next write. */
  entryAt(slot: number): Entry {
    const entry = this.#entries[slot];
    if (!entry) throw new RangeError(`slot ${slot} is dead`);
    return entry;
  }

  /** Whether a smaller score is a better one for vectors of this name. */
  isAscending(name: string): boolean {
    return this.#vectors.dense(name)?.ascending ?? false;
  }

  /** The nearest points, best first; with `among`, out of these slots only. */
  nearest(query: Query, filter: Filter | undefined, limit: number, among?: Iterable<number>): Hit[] {
    const top = this.#top(limit, this.isAscending(query.name));
    if ('dense' in query) {
      const { candidates, holds } = among ? { candidates: among, holds: this.#predicate(filter) } : this.#plan(filter);
      this.#vectors.dense(query.name)?.search(slotArray(candidates ?? this.#slots.values()), query.dense, {
        get floor() {
          return top.floor;
        },
        take(slot, score) {
          if (top.accepts(score) && holds(slot)) top.offer(slot, score);
        },
      });
    } else if (among) {
      const score = this.#vectors.sparse(query.name)?.scorer(query.sparse);
      for (const slot of this.#matching(filter, among)) {
        const found = score?.(slot);
        if (found !== undefined) top.offer(slot, found);
      }
    } else {
      const { candidates, holds } = this.#plan(filter);
      this.#vectors.sparse(query.name)?.search(query.sparse, (slot, score) => {
        if (top.accepts(score) && candidates?.has(slot) !== false && holds(slot)) top.offer(slot, score);
      });
    }
    return top.sorted();
  }

  /** Slots in the order of their points' ids, from an id on. */
  page(filter: Filter | undefined, from: PointId | undefined, limit: number): number[] {
    const top = this.#top(limit, false);
    for (const slot of this.matching(filter)) {
      if (from === undefined || comparePointIds(this.entryAt(slot).id, from) >= 0) top.offer(slot, 0);
    }
    return top.sorted().map((hit) => hit.slot);
  }

  matching(filter: Filter | undefined): number[] {
    return this.#matching(filter, undefined);
  }

  /** Best first; equal ones by id. */
  ranked(scores: ReadonlyMap<number, number>, limit: number): Hit[] {
    const top = this.#top(limit, false);
    for (const [slot, score] of scores) top.offer(slot, score);
    return top.sorted();
  }

  /** Every point, as `put` took it. Points written while this is being read may come or not. */
  *points(): Generator<Point> {
    for (let slot = 0; slot < this.#entries.length; slot++) {
      const entry = this.#entries[slot];
      if (entry) yield { ...entry, ...this.#vectors.all(slot) };
    }
  }

  rebuilt(): Segment {
    const segment = new Segment(this.#params);
    for (const [field, { schema }] of this.#indexes) segment.createIndex(field, schema);
    for (const point of this.points()) segment.put(point);
    return segment;
  }

  #top(limit: number, ascending: boolean): TopK {
    return new TopK(limit, ascending, (a, b) => comparePointIds(this.entryAt(a).id, this.entryAt(b).id));
  }

  #matching(filter: Filter | undefined, among: Iterable<number> | undefined): number[] {
    const { candidates, holds } = among ? { candidates: among, holds: this.#predicate(filter) } : this.#plan(filter);
    return [...(candidates ?? this.#slots.values())].filter(holds);
  }

  /** Where to look, by the index that leaves the fewest candidates (undefined: everywhere), and what is left to be checked there. */
  #plan(filter: Filter | undefined): { candidates?: SlotSet; holds: (slot: number) => boolean } {
    if (!filter) return { holds: this.#predicate(undefined) };
    const known = filter.must.map((condition) => this.#slotsOf(condition));
    // The root's conditions come again in its prefetches: a set that is there twice counts once.
    const sets = [...new Set(known.filter((slots) => slots !== undefined))].toSorted((a, b) => a.size - b.size);
    const [narrowest, ...others] = sets;
    const holds = this.#predicate({ ...filter, must: filter.must.filter((_, position) => !known[position]) });
    if (!narrowest) return { holds };
    return { candidates: narrowest, holds: (slot) => others.every((slots) => slots.has(slot)) && holds(slot) };
  }

  /** Exactly the slots where the condition holds, or undefined when no index can tell. */
  #slotsOf(condition: Condition): SlotSet | undefined {
    if (condition.kind === 'matchAny') return this.#indexes.get(condition.key)?.lookup(condition.values);
    if (condition.kind !== 'hasId') return undefined;
    return new SlotSet(condition.ids.map((id) => this.#slots.get(id)).filter((slot) => slot !== undefined));
  }

  /** Says no for dead slots too. */
  #predicate(filter: Filter | undefined): (slot: number) => boolean {
    if (!filter || isEmptyFilter(filter)) return (slot) => this.#entries[slot] !== undefined;
    const holds = compileFilter(filter, (key) => this.#indexes.get(key)?.tokenizer);
    return (slot) => {
      const entry = this.#entries[slot];
      return entry !== undefined && holds(entry.payload, entry.id);
    };
  }
}
