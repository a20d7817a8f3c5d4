import {
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { applies, isIncluded, type Collector } from '../collectFields.ts';
import { isObject, type Data } from '../merge.ts';
import type { Path } from '../places.ts';
import { responseKeyOf } from '../privateKeys.ts';
import type { Problem } from '../problems.ts';
import { compileResponse } from '../responseWriter.ts';
import type { Denials } from '../requirements.ts';
import type { DeferredFragment } from './deferredFragments.ts';

/** An object that a fragment is about, and where it is in the response. */
export interface FragmentPlace {
  readonly object: Data;
  readonly type: GraphQLObjectType;
  readonly path: Path;
}

/** How a fragment that comes later is answered. */
export interface DeferredPart {
  readonly label: string | undefined;
  /** Wherever it stands in the data: in each element of a list. */
  placesIn(data: Data): FragmentPlace[];
  /** Its fields of one object, as JSON. Nulls go up as far as the fragment. */
  write(place: FragmentPlace, problems: Problem[]): string;
}

export interface PartTools {
  /** Without what comes later. */
  readonly collector: Collector;
  readonly rootType: GraphQLObjectType;
  readonly keyOf: (field: FieldNode) => string;
  readonly denials: Denials | undefined;
}

export function compilePart({ label, fragment, within }: DeferredFragment, tools: PartTools): DeferredPart {
  const { rootType } = tools;
  const { selectionSet } = fragment;
  const writers = new Map<GraphQLObjectType, ReturnType<typeof compileResponse>>();
  return {
    label,
    placesIn: (data) => placesOf([...within, fragment], { object: data, type: rootType, path: [] }, tools),
    write({ object, type, path }, problems) {
      const write = writers.get(type) ?? compileResponse({ ...tools, rootType: type, selectionSet });
      writers.set(type, write);
      return write(object, problems, { at: path });
    },
  };
}

function placesOf(
  [step, ...steps]: DeferredFragment['within'],
  place: FragmentPlace,
  tools: Pick<PartTools, 'collector' | 'keyOf'>,
): FragmentPlace[] {
  if (!step) return [place];
  const { collector, keyOf } = tools;
  const { object, type, path } = place;
  if (!isIncluded(step, collector.conditions)) return [];
  if (step.kind === Kind.INLINE_FRAGMENT) {
    return applies(collector, step.typeCondition?.name.value, type) ? placesOf(steps, place, tools) : [];
  }
  const field = type.getFields()[step.name.value];
  if (!field) return [];
  return objectsIn(object[keyOf(step)], field.type, [...path, responseKeyOf(step)], collector).flatMap((one) =>
    placesOf(steps, one, tools),
  );
}

function objectsIn(value: unknown, type: GraphQLOutputType, path: Path, collector: Collector): FragmentPlace[] {
  if (isNonNullType(type)) return objectsIn(value, type.ofType, path, collector);
  if (isListType(type)) {
    if (!Array.isArray(value)) return [];
    return value.flatMap((element, index) => objectsIn(element, type.ofType, [...path, index], collector));
  }
  if (!isObject(value)) return [];
  const actual = isObjectType(type) ? type : collector.schema.getType(String(value['__typename']));
  return isObjectType(actual) ? [{ object: value, type: actual, path }] : [];
}
