import { join } from 'node:path';
import type { Logger } from 'pino';
import { QdrantError } from './errors.ts';
import type { Filter } from './filter.ts';
import { AppendLog } from './log.ts';
import type { IndexSchema } from './payloadIndex.ts';
import { type Payload, parsePath } from './payloadPath.ts';
import type { PointId } from './pointId.ts';
import { decodeRecord, encodeRecord, type LogRecord, recordWeight } from './records.ts';
import { type Point, type PointInput, Segment } from './segment.ts';
import type { VectorParams } from './vectors.ts';

/** Below this many points written the log is short whatever it holds. */
const COMPACT_FROM = 2000;
const POINTS_PER_RECORD = 100;

/** Which points a write is about. */
export type Selection = { readonly ids: readonly PointId[] } | { readonly filter: Filter };

/**
 * One collection: its points in memory, and the log that brings them back. A write is applied at once, and its promise
 * resolves with the number of the operation when it is on disk.
 */
export class Collection {
  readonly #logger: Logger;
  #segment: Segment;
  #log: AppendLog | undefined;
  #operation = 0;
  /** Points written since the log was last compact; what exceeds the live ones is garbage. */
  #written = 0;
  #compacting = false;

  private constructor(params: VectorParams, logger: Logger) {
    this.#segment = new Segment(params);
    this.#logger = logger;
  }

  /** @param directory exists already. */
  static async open(directory: string, params: VectorParams, logger: Logger): Promise<Collection> {
    const collection = new Collection(params, logger);
    const path = join(directory, 'points.log');
    collection.#log = await AppendLog.open(
      path,
      (bytes) => collection.#apply(decodeRecord(bytes)),
      (bytes) => logger.warn({ path, bytes }, 'the log ended in an unfinished write, which was cut off'),
    );
    return collection;
  }

  get segment(): Segment {
    return this.#segment;
  }

  /** @throws QdrantError when a point's vectors do not fit the collection; then none of the points is written. */
  async upsert(inputs: readonly PointInput[]): Promise<number> {
    const version = this.#operation + 1;
    return this.#write({ kind: 'upsert', points: inputs.map((input) => this.#segment.prepare(input, version)) });
  }

  async delete(selection: Selection): Promise<number> {
    const ids = 'ids' in selection ? selection.ids : this.#idsMatching(selection.filter);
    return this.#write({ kind: 'delete', version: this.#operation + 1, ids });
  }

  /**
   * Gives each selected point the payload that `change` makes of its present one.
   * @throws QdrantError when a selected id does not exist; then no point is changed.
   */
  async changePayload(selection: Selection, change: (payload: Payload) => Payload): Promise<number> {
    const ids = 'ids' in selection ? selection.ids : this.#idsMatching(selection.filter);
    const payloads = ids.map((id) => {
      const slot = this.#segment.slotOf(id);
      if (slot === undefined) throw QdrantError.pointNotFound(id);
      return { id, payload: change(this.#segment.entryAt(slot).payload) };
    });
    return this.#write({ kind: 'payload', version: this.#operation + 1, payloads });
  }

  /** Replaces the field's index, if there is one. */
  async createIndex(field: string, schema: IndexSchema): Promise<number> {
    parsePath(field);
    return this.#write({ kind: 'index', version: this.#operation + 1, field, schema });
  }

  async deleteIndex(field: string): Promise<number> {
    return this.#write({ kind: 'index', version: this.#operation + 1, field });
  }

  /** Waits for the writes under way. */
  async close(): Promise<void> {
    await this.#log?.close();
  }

  /** Applied before the first wait, so that writes reach the log in the order in which they took effect. */
  async #write(record: LogRecord): Promise<number> {
    if (!this.#log) throw new Error('The collection is not open');
    // Encoded first: what cannot be written must not show in memory either.
    const bytes = encodeRecord(record);
    this.#apply(record);
    const operation = this.#operation;
    try {
      await this.#log.append(bytes);
    } catch (error) {
      this.#logger.error({ err: error }, 'a write could not be kept on disk');
      throw QdrantError.storageFailed(error);
    }
    if (this.#isDueForCompaction()) await this.#compact(this.#log);
    return operation;
  }

  #apply(record: LogRecord): void {
    this.#written += recordWeight(record);
    this.#operation = Math.max(this.#operation, lastVersion(record));
    switch (record.kind) {
      case 'upsert':
        for (const point of record.points) this.#segment.put(point);
        return;
      case 'delete':
        for (const id of record.ids) this.#segment.remove(id);
        return;
      case 'payload':
        for (const { id, payload } of record.payloads) this.#segment.setPayload(id, payload, record.version);
        return;
      case 'index':
        if (record.schema) this.#segment.createIndex(record.field, record.schema);
        else this.#segment.deleteIndex(record.field);
    }
  }

  #idsMatching(filter: Filter): PointId[] {
    return this.#segment.matching(filter).map((slot) => this.#segment.entryAt(slot).id);
  }

  #isDueForCompaction(): boolean {
    return !this.#compacting && this.#written > Math.max(COMPACT_FROM, 2 * this.#segment.size);
  }

  /** Never rejects: when it fails, the write that it came with is kept all the same, in the log as it was. */
  async #compact(log: AppendLog): Promise<void> {
    this.#compacting = true;
    try {
      this.#segment = this.#segment.rebuilt();
      this.#written = this.#segment.size;
      await log.rewrite(this.#snapshot());
      this.#logger.debug({ points: this.#segment.size, bytes: log.size }, 'compacted a collection');
    } catch (error) {
      this.#logger.error({ err: error }, 'a log could not be compacted, and goes on growing');
    } finally {
      this.#compacting = false;
    }
  }

  /** Read bit by bit while writes go on; these come again behind it in the log. */
  *#snapshot(): Generator<Uint8Array> {
    // Deletes leave nothing behind but their number, which operations to come must exceed.
    yield encodeRecord({ kind: 'delete', version: this.#operation, ids: [] });
    for (const [field, { schema }] of this.#segment.indexes) {
      yield encodeRecord({ kind: 'index', version: this.#operation, field, schema });
    }
    let points: Point[] = [];
    for (const point of this.#segment.points()) {
      points.push(point);
      if (points.length === POINTS_PER_RECORD) {
        yield encodeRecord({ kind: 'upsert', points });
        points = [];
      }
    }
    if (points.length > 0) yield encodeRecord({ kind: 'upsert', points });
  }
}

function lastVersion(record: LogRecord): number {
  if (record.kind !== 'upsert') return record.version;
  return record.points.reduce((last, { version }) => Math.max(last, version), 0);
}
