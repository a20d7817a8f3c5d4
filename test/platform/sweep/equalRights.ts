import { parse } from 'graphql';
import { definitionIn } from '#router/execution/operationDefinition.ts';
import { compilePersonal, type Personal } from '#router/execution/personal.ts';
import { plain, type Asked } from './asking.ts';
import { changesByAsking } from './exceptions.ts';
import { aliasOf, personal, schema } from './operations.ts';
import type { Look } from './world.ts';

/** What two agents of equal rights were answered differently. */
export interface Differences {
  /** Fields that are not marked `@personal`, and have to be. */
  readonly unmarked: readonly string[];
  /** Those that are marked, and are different indeed. */
  readonly marked: readonly string[];
}

/** Compares what two agents of equal rights were answered to the same queries, field by field. */
export function differencesOf(one: Look, other: Look, marks: Personal = personal): Differences {
  const found = new Set<string>();
  const inputs = new Set([...marks].filter(isOfInput));
  for (const [index, asked] of one.entries()) {
    const { answer } = asked;
    const told = other[index]?.answer;
    // What is asked for is another thing for each already.
    if (changesByAsking.has(asked.call.field) || givesPersonal(asked, inputs)) continue;
    if (plain({ ...answer, data: null }) !== plain({ ...told, data: null } as typeof answer)) {
      found.add(`errors of ${asked.call.text}`);
    }
    compare('Query', answer.data, told?.data, { marks, found });
  }
  const all = [...found].toSorted();
  return { unmarked: all.filter((field) => !marks.has(field)), marked: all.filter((field) => marks.has(field)) };
}

/** Those that answers to queries have. */
export function answersOf(marks: Personal): string[] {
  return [...marks].filter((coordinate) => !isOfInput(coordinate) && !coordinate.startsWith('Subscription.'));
}

/** `Type.field(argument)`, or of an input, which no answer has. */
function isOfInput(coordinate: string): boolean {
  const [type = ''] = coordinate.split('.');
  return coordinate.endsWith(')') || type.endsWith('Filter') || type.endsWith('Input');
}

function givesPersonal({ call, variables }: Asked, inputs: Personal): boolean {
  return compilePersonal(schema, inputs, definitionIn(parse(call.text)))(variables);
}

interface Comparison {
  readonly marks: Personal;
  readonly found: Set<string>;
}

/** @returns whether anything within is different. */
function compare(type: string, one: unknown, other: unknown, comparison: Comparison): boolean {
  if (textOf(one) === textOf(other)) return false;
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.map((item, index) => compare(type, item, other[index], comparison)).some(Boolean);
  }
  if (!isObject(one) || !isObject(other) || one['__typename'] !== other['__typename']) return false;
  const name = typeof one['__typename'] === 'string' ? one['__typename'] : type;
  for (const [key, value] of Object.entries(one)) {
    if (textOf(value) === textOf(other[key])) continue;
    const coordinate = `${name}.${key.replace(aliasOf(name, ''), '')}`;
    const isExplained = !comparison.marks.has(coordinate) && compare(name, value, other[key], comparison);
    if (!isExplained) comparison.found.add(coordinate);
  }
  return true;
}

function textOf(value: unknown): string {
  return plain({ data: value } as never);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
