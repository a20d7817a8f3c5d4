import { elementsAt, type MatchValue } from './filter.ts';
import { parseDatetime } from './datetime.ts';
import { type Payload, type PayloadPath, parsePath } from './payloadPath.ts';
import { pointIdSchema } from './pointId.ts';
import { SlotSet } from './slotSet.ts';
import { createTokenizer, type TextOptions, type Tokenizer } from './text.ts';

export type IndexType = 'keyword' | 'integer' | 'float' | 'bool' | 'datetime' | 'uuid' | 'text';

/** As declared by the client, who gets it back in the collection's info. */
export interface IndexSchema extends TextOptions {
  readonly type: IndexType;
  readonly is_tenant?: boolean | null | undefined;
  readonly on_disk?: boolean | null | undefined;
}

const INDEXED: Readonly<Record<IndexType, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  float: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  datetime: (value) => typeof value === 'string' && parseDatetime(value) !== undefined,
  uuid: (value) => typeof value === 'string' && pointIdSchema.safeParse(value).success,
  text: (value) => typeof value === 'string',
};

/** The kinds that are asked for by equality, and so are kept as a map from value to slots. */
const BY_VALUE: ReadonlySet<IndexType> = new Set(['keyword', 'integer', 'bool', 'uuid']);

/** An index on one field of the payload: it narrows a search to the slots that can match, and counts what it covers. */
export class PayloadIndex {
  readonly schema: IndexSchema;
  readonly tokenizer: Tokenizer | undefined;
  readonly #path: PayloadPath;
  readonly #slots = new Map<unknown, SlotSet>();
  #points = 0;

  constructor(field: string, schema: IndexSchema) {
    this.schema = schema;
    this.tokenizer = schema.type === 'text' ? createTokenizer(schema) : undefined;
    this.#path = parsePath(field);
  }

  /** How many points have a value of the index's type in the field. */
  get points(): number {
    return this.#points;
  }

  add(slot: number, payload: Payload): void {
    const values = this.#valuesOf(payload);
    if (values.length === 0) return;
    this.#points++;
    if (!BY_VALUE.has(this.schema.type)) return;
    for (const value of values) {
      const slots = this.#slots.get(value);
      if (slots) slots.add(slot);
      else this.#slots.set(value, new SlotSet([slot]));
    }
  }

  remove(slot: number, payload: Payload): void {
    const values = this.#valuesOf(payload);
    if (values.length === 0) return;
    this.#points--;
    for (const value of values) {
      const slots = this.#slots.get(value);
      slots?.delete(slot);
      if (slots?.size === 0) this.#slots.delete(value);
    }
  }

  /** The slots with any of the values, or undefined when this index cannot tell (of values of another type, say). */
  lookup(values: readonly MatchValue[]): SlotSet | undefined {
    const { type } = this.schema;
    if (!BY_VALUE.has(type) || !values.every(INDEXED[type])) return undefined;
    const found = values.map((value) => this.#slots.get(value)).filter((slots) => slots !== undefined);
    const [only] = found;
    return found.length === 1 ? only : new SlotSet(found.flatMap((slots) => [...slots]));
  }

  #valuesOf(payload: Payload): unknown[] {
    return elementsAt(payload, this.#path).filter(INDEXED[this.schema.type]);
  }
}
