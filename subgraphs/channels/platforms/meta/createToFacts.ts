import { z } from 'zod';
import { Poison } from '#platform/events/errors.ts';
import type { InboundFact, ToFacts } from '../inbound.ts';
import { readEvent } from '../fields.ts';
import { readScene, type Scene } from './scene.ts';

/** What one field of an event says; the field names what happened. */
export interface Rule {
  readonly field: string;
  readonly facts: (value: unknown, scene: Scene) => readonly InboundFact[];
}

/** A rule whose field has to fit the schema. */
export function rule<Schema extends z.ZodType>(
  field: string,
  schema: Schema,
  facts: (value: z.output<Schema>, scene: Scene) => readonly InboundFact[],
): Rule {
  return { field, facts: (value, scene) => facts(readEvent(schema, value, `${field} of Meta`), scene) };
}

const fields = z.record(z.string(), z.unknown());

/**
 * An adapter of Messenger or Instagram, made of the rules that hold there: every field of an event that has one says its
 * part, and an event without any is parked.
 */
export function createToFacts(platform: Scene['platform'], rules: readonly Rule[]): ToFacts {
  return (channel, event) => {
    const given = readEvent(fields, event, 'an event of Meta');
    const fitting = rules.filter(({ field }) => given[field] != null);
    if (fitting.length === 0) throw Poison.because(`no rule for ${whatHappened(given)}`);
    const scene = readScene(platform, channel, event);
    return fitting.flatMap((one) => one.facts(given[one.field], scene));
  };
}

const frame = new Set(['sender', 'recipient', 'timestamp', 'standby', 'value']);

/** By the fields that say it; a change that is no messaging at all, such as a comment, names its own field. */
function whatHappened(event: Readonly<Record<string, unknown>>): string {
  if (typeof event['field'] === 'string') return `changes of '${event['field']}'`;
  const kinds = Object.keys(event).filter((field) => !frame.has(field));
  return kinds.length > 0 ? `events of ${kinds.join(', ')}` : 'an event that says nothing';
}
