import { v7 } from 'uuid';
import { z } from 'zod';
import { EventError } from './errors.ts';

/** What may be said: a version and a zod model per event type. The first word of a type is the context that owns it. */
export type Catalogue = Readonly<Record<string, { readonly version: number; readonly data: z.ZodType }>>;

/** Who did it. */
export interface Actor {
  readonly kind: 'agent' | 'contact' | 'bot' | 'system' | 'partner';
  readonly id?: string | undefined;
}

/** A fact about one company. */
export interface EventOf<C extends Catalogue, T extends keyof C & string> {
  /** UUIDv7; the stream and every consumer recognise a repetition by it. */
  readonly id: string;
  readonly type: T;
  readonly version: number;
  readonly companyId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
  readonly actor: Actor;
  readonly data: z.output<C[T]['data']>;
}

/** Any event of the catalogue; narrows by `type`. */
export type AnyEvent<C extends Catalogue> = { [T in keyof C & string]: EventOf<C, T> }[keyof C & string];

/** What a command says; id, version and time are filled in. */
export type NewEvent<C extends Catalogue> = {
  [T in keyof C & string]: {
    readonly type: T;
    readonly actor: Actor;
    readonly data: z.input<C[T]['data']>;
    readonly occurredAt?: Date | undefined;
  };
}[keyof C & string];

const envelope = z.compile(
  z.object({
    id: z.guid(),
    type: z.string(),
    version: z.int().positive(),
    companyId: z.guid(),
    occurredAt: z.iso.datetime(),
    actor: z.object({ kind: z.enum(['agent', 'contact', 'bot', 'system', 'partner']), id: z.string().optional() }),
    data: z.unknown(),
  }),
);

/** Everything that happens is read by several services: a compiled model says the same in a fraction of the time. */
const compiled = new WeakMap<z.ZodType, z.ZodType>();

/** Made when the first event of a type comes: no service reads them all. */
function compiledOf(model: z.ZodType): z.ZodType {
  let known = compiled.get(model);
  if (known === undefined) {
    known = z.compile(model);
    compiled.set(model, known);
  }
  return known;
}

/**
 * Makes the event that is kept and published.
 *
 * @throws EventError `INVALID_EVENT` when the data does not fit its model: a fault of the caller, found before it is told.
 */
export function createEvent<C extends Catalogue>(catalogue: C, companyId: string, event: NewEvent<C>): AnyEvent<C> {
  const entry = catalogue[event.type];
  if (!entry) throw EventError.unknownType(event.type);
  const data = entry.data.safeParse(event.data);
  if (!data.success) throw EventError.invalid(event.type, data.error);
  return {
    id: v7(),
    type: event.type,
    version: entry.version,
    companyId,
    occurredAt: (event.occurredAt ?? new Date()).toISOString(),
    actor: event.actor,
    data: data.data,
  } as AnyEvent<C>;
}

/**
 * Reads an event as it came from the stream; undefined when its type is not in the catalogue (a newer service speaks).
 *
 * @throws EventError `INVALID_EVENT` when the envelope or the data does not fit, or the version is newer than known.
 */
export function parseEvent<C extends Catalogue>(catalogue: C, json: unknown): AnyEvent<C> | undefined {
  const outer = envelope.safeParse(json);
  if (!outer.success) throw EventError.invalid('envelope', outer.error);
  const { type, version, data } = outer.data;
  const entry = Object.hasOwn(catalogue, type) ? catalogue[type] : undefined;
  if (!entry) return undefined;
  if (version > entry.version) throw EventError.newerVersion(type, version, entry.version);
  const inner = compiledOf(entry.data).safeParse(data);
  if (!inner.success) throw EventError.invalid(type, inner.error);
  return { ...outer.data, data: inner.data } as AnyEvent<C>;
}

/**
 * `conversation.message.created` of a company goes to `events.conversation.<companyId>.message.created`: one filter takes
 * a context's facts (`events.conversation.>`) or a company's (`events.*.<companyId>.>`). NATS 2.9 has one filter a consumer.
 */
export function eventSubject(event: { readonly type: string; readonly companyId: string }): string {
  const [context, ...rest] = event.type.split('.');
  return ['events', context, event.companyId, ...rest].join('.');
}
