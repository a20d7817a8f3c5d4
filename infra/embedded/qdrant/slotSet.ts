/** Some of a segment's slots, to be asked for one or read all in a row. */
export class SlotSet {
  readonly #slots: Set<number>;
  /** Of the set as it is; undefined when it has changed since. */
  #array: Uint32Array | undefined;

  constructor(slots: Iterable<number>) {
    this.#slots = new Set(slots);
  }

  get size(): number {
    return this.#slots.size;
  }

  has(slot: number): boolean {
    return this.#slots.has(slot);
  }

  add(slot: number): void {
    this.#slots.add(slot);
    this.#array = undefined;
  }

  delete(slot: number): void {
    this.#slots.delete(slot);
    this.#array = undefined;
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.#slots.values();
  }

  /** All of them; not to be changed. */
  get array(): Uint32Array {
    return (this.#array ??= Uint32Array.from(this.#slots));
  }
}

/** Slots in a row, without a copy where there is one already. */
export function slotArray(slots: SlotSet | Iterable<number>): Uint32Array {
  return slots instanceof SlotSet ? slots.array : Uint32Array.from(slots);
}
