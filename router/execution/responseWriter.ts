import {
  GraphQLError,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, type Collector } from './collectFields.ts';
import { leafWriter } from './leaves.ts';
import { isObject, type Data } from './merge.ts';
import { OperationError } from '../operations/errors.ts';
import type { Path } from './places.ts';
import { explains, type Problem } from './problems.ts';
import type { Denials, Requirement } from './requirements.ts';

/** What is written, and where the writer stands. */
interface Output {
  /** As far as `depth` says; what follows is left over from elsewhere. */
  readonly place: (string | number)[];
  /** Grows where data does not fit the schema. */
  readonly problems: Problem[];
  /** How often null was where none may be: whether that needs an explanation of its own depends on the place. */
  gaps: number;
  readonly shared: ReadonlySet<Data>;
  /** Of what stands at several places: its text, by who writes it. */
  readonly texts: Map<Write, Map<Data, string>>;
}

/**
 * Writes a value as JSON.
 *
 * @returns undefined: there is none, and none may be missing here, so that what it stands in is null.
 */
type Write = (value: unknown, depth: number, output: Output) => string | undefined;

const NULL = 'null';
const noObjects: ReadonlySet<Data> = new Set();

/**
 * The response's `data`, as JSON text. Nulls go up as the specification has it (6.4.4), each explained by a problem.
 *
 * @param options.at Where in the response it stands, when it is a part of it.
 * @param options.shared Objects that stand at several places: written once, unless something is wrong with them.
 */
export type WriteResponse = (
  data: Data,
  problems: Problem[],
  options?: { readonly at?: Path; readonly shared?: ReadonlySet<Data> },
) => string;

/**
 * Compiles an operation's way from merged data to the text of its response: shaping and serialising are one, and nothing of the
 * operation is looked at again.
 *
 * @param options.keyOf Under which key the data has a field.
 * @param options.denials What is null though the data may have it: what one may not see may be there for others' sake.
 */
export function compileResponse(options: {
  readonly collector: Collector;
  readonly rootType: GraphQLObjectType;
  readonly selectionSet: SelectionSetNode;
  readonly keyOf: (field: FieldNode) => string;
  readonly denials: Denials | undefined;
}): WriteResponse {
  const { collector, keyOf, denials } = options;
  const { schema } = collector;
  const numbers = new Map<SelectionSetNode, number>();
  const writers = new Map<string, Write>();

  /** An object of one type with these selections; made when the first one comes, since an interface may have many types. */
  function objectWriter(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): Write {
    const key = `${type.name} ${selectionSets.map(numberOf).join(' ')}`;
    let write = writers.get(key);
    if (!write) {
      write = writtenOnce(
        compileObject([...collectFields(collector, type, selectionSets)].map((field) => compileField(type, field))),
      );
      writers.set(key, write);
    }
    return write;
  }

  function numberOf(selectionSet: SelectionSetNode): number {
    const known = numbers.get(selectionSet) ?? numbers.size;
    numbers.set(selectionSet, known);
    return known;
  }

  function compileField(parent: GraphQLObjectType, [responseKey, nodes]: [string, FieldNode[]]): CompiledField {
    const [node] = nodes;
    if (!node) throw new Error('a field was collected without a node');
    const name = node.name.value;
    if (name === '__typename') {
      const text = JSON.stringify(parent.name);
      return { responseKey, key: name, write: () => text };
    }
    // Introspection is answered before, and has its own shape.
    if (name.startsWith('__')) return { responseKey, key: responseKey, write: (value) => JSON.stringify(value) };
    const field = parent.getFields()[name];
    if (!field) throw new Error(`the operation is valid, but ${parent.name} has no field ${name}`);
    const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const coordinate = `${parent.name}.${name}`;
    const denied = denials?.field(parent.name, name);
    if (denied) {
      const write = hide(denied);
      return { responseKey, key: keyOf(node), write: isNonNullType(field.type) ? nonNull(write, coordinate) : write };
    }
    const write = compileValue(field.type, selectionSets, coordinate);
    return { responseKey, key: keyOf(node), write };
  }

  function compileValue(type: GraphQLOutputType, selectionSets: readonly SelectionSetNode[], field: string): Write {
    if (isNonNullType(type)) return nonNull(compileValue(type.ofType, selectionSets, field), field);
    if (isListType(type)) return list(compileValue(type.ofType, selectionSets, field), field);
    if (isLeafType(type)) return leaf(leafWriter(type), field);
    if (isObjectType(type)) return object(objectWriter(type, selectionSets), field);
    const types = new Set(schema.getPossibleTypes(type));
    const write: Write = (value, depth, output) => {
      const actual = schema.getType(String((value as Data)['__typename']));
      if (!isObjectType(actual) || !types.has(actual)) return misfit(field, depth, output);
      const denied = denials?.type(actual.name);
      if (denied) return hide(denied)(value, depth, output);
      return objectWriter(actual, selectionSets)(value, depth, output);
    };
    return object(write, field);
  }

  const writeRoot = objectWriter(options.rootType, [options.selectionSet]);
  return (data, problems, { at = [], shared = noObjects } = {}) =>
    writeRoot(data, at.length, { place: [...at], problems, gaps: 0, shared, texts: new Map() }) ?? NULL;
}

interface CompiledField {
  readonly responseKey: string;
  readonly key: string;
  readonly write: Write;
}

function compileObject(fields: readonly CompiledField[]): Write {
  const parts = fields.map((field, index) => ({
    ...field,
    prefix: `${index === 0 ? '' : ','}${JSON.stringify(field.responseKey)}:`,
    // What every object has by inheritance is no field of an answer.
    isInherited: field.key in Object.prototype,
  }));
  return (value, depth, output) => {
    const object = value as Data;
    let json = '{';
    for (const { responseKey, key, prefix, isInherited, write } of parts) {
      output.place[depth] = responseKey;
      const field = isInherited && !Object.hasOwn(object, key) ? undefined : object[key];
      const text = write(field, depth + 1, output);
      if (text === undefined) return NULL;
      json += prefix + text;
    }
    return `${json}}`;
  };
}

/** What is told of an object goes by its place, so that one of which something is told is written at each of them. */
function writtenOnce(write: Write): Write {
  return (value, depth, output) => {
    const object = value as Data;
    if (!output.shared.has(object)) return write(object, depth, output);
    const texts = output.texts.get(write) ?? new Map<Data, string>();
    output.texts.set(write, texts);
    const known = texts.get(object);
    if (known !== undefined) return known;
    const { gaps, problems } = output;
    const told = problems.length;
    const text = write(object, depth, output);
    // A text that was put together is many pieces until it is looked at, and whatever it is put into would have all of them again.
    if (text?.startsWith('{') && output.gaps === gaps && problems.length === told) texts.set(object, text);
    return text;
  };
}

function nonNull(write: Write, field: string): Write {
  return (value, depth, output) => {
    const text = write(value, depth, output);
    if (text !== NULL) return text;
    output.gaps += 1;
    const path = output.place.slice(0, depth);
    if (!output.problems.some((problem) => explains(problem, path))) {
      const cause = new GraphQLError(`Cannot return null for non-nullable field ${field}.`);
      output.problems.push({ cause, path });
    }
    return undefined;
  };
}

function object(write: Write, field: string): Write {
  return (value, depth, output) => {
    if (value === undefined || value === null) return NULL;
    return isObject(value) ? write(value, depth, output) : misfit(field, depth, output);
  };
}

function list(write: Write, field: string): Write {
  return (value, depth, output) => {
    if (value === undefined || value === null) return NULL;
    if (!Array.isArray(value)) return misfit(field, depth, output);
    let json = '[';
    for (let index = 0; index < value.length; index++) {
      output.place[depth] = index;
      const text = write(value[index], depth + 1, output);
      if (text === undefined) return NULL;
      json += index === 0 ? text : `,${text}`;
    }
    return `${json}]`;
  };
}

function leaf(write: (value: unknown) => string | undefined, field: string): Write {
  return (value, depth, output) => {
    if (value === undefined || value === null) return NULL;
    return write(value) ?? misfit(field, depth, output);
  };
}

/** Null, with the reason. */
function hide({ text }: Requirement): Write {
  return (_value, depth, { place, problems }) => {
    problems.push({ cause: OperationError.unauthorizedField(text), path: place.slice(0, depth) });
    return NULL;
  };
}

/** What a subgraph answered is none of the type that it promised. */
function misfit(field: string, depth: number, { place, problems }: Output): string {
  problems.push({ cause: new GraphQLError(`Invalid value found for field ${field}.`), path: place.slice(0, depth) });
  return NULL;
}
