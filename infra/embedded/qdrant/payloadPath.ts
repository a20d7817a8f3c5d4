import { QdrantError } from './errors.ts';

/** What a point carries beside its vectors: any JSON object. */
export type Payload = Readonly<Record<string, unknown>>;

/** A key of an object, an index of an array, or (null) every element of an array. */
type Step = string | number | null;

/** Where a value stands in a payload: `a`, `a.b`, `a[].b`, `a[0]`, `"a.b".c`. The first step is always a key. */
export type PayloadPath = readonly Step[];

const STEP = /(?:(?:^|(?<!^)\.)(?:"([^"]+)"|([\p{L}\p{N}_-]+))|\[(\d*)\])/uy;

/** @throws QdrantError when the text is no path. */
export function parsePath(text: string): PayloadPath {
  const path: Step[] = [];
  let position = 0;
  while (position < text.length) {
    STEP.lastIndex = position;
    const found = STEP.exec(text);
    if (!found) throw QdrantError.malformed(`invalid JSON path \`${text}\``);
    const [, quoted, plain, index] = found;
    path.push(index === undefined ? (quoted ?? plain ?? '') : index === '' ? null : Number(index));
    position = STEP.lastIndex;
  }
  if (typeof path[0] !== 'string') throw QdrantError.malformed(`invalid JSON path \`${text}\``);
  return path;
}

/** Every value at the path. An array at the end is one value; arrays on the way need `[]`, as in Qdrant. */
export function valuesAt(payload: Payload, path: PayloadPath): unknown[] {
  const values: unknown[] = [];
  collect(payload, path, 0, values);
  return values;
}

function collect(value: unknown, path: PayloadPath, position: number, into: unknown[]): void {
  const step = path[position];
  if (step === undefined) into.push(value);
  else if (typeof step === 'string') {
    if (isObject(value) && Object.hasOwn(value, step)) collect(value[step], path, position + 1, into);
  } else if (Array.isArray(value)) {
    const chosen = step === null ? value : value.slice(step, step + 1);
    for (const element of chosen) collect(element, path, position + 1, into);
  }
}

/** The payload without what stands at the path; the given one is left as it is. */
export function withoutPath(payload: Payload, path: PayloadPath): Payload {
  const result = structuredClone(payload);
  const last = path.at(-1);
  for (const parent of valuesAt(result, path.slice(0, -1))) {
    if (typeof last === 'string' && isObject(parent)) Reflect.deleteProperty(parent, last);
    else if (typeof last === 'number' && Array.isArray(parent) && last < parent.length) parent.splice(last, 1);
    else if (last === null && Array.isArray(parent)) parent.length = 0;
  }
  return result;
}

/** Keeps what a pattern names, and what leads there. */
export function includePaths(payload: Payload, patterns: readonly PayloadPath[]): Payload {
  return prune(payload, [], (path) => patterns.some((pattern) => agree(path, pattern)));
}

/** Drops what a pattern names. */
export function excludePaths(payload: Payload, patterns: readonly PayloadPath[]): Payload {
  const isNamed = (path: PayloadPath) =>
    patterns.some((pattern) => pattern.length <= path.length && agree(path, pattern));
  return prune(payload, [], (path) => !isNamed(path));
}

function prune(object: Payload, at: PayloadPath, keep: (path: PayloadPath) => boolean): Payload {
  const kept = Object.entries(object).filter(([key]) => keep([...at, key]));
  return Object.fromEntries(kept.map(([key, value]) => [key, pruneValue(value, [...at, key], keep)]));
}

function pruneValue(value: unknown, at: PayloadPath, keep: (path: PayloadPath) => boolean): unknown {
  if (isObject(value)) return prune(value, at, keep);
  if (!Array.isArray(value)) return value;
  const element = [...at, null];
  return keep(element) ? value.map((item) => pruneValue(item, element, keep)) : [];
}

/** Whether one of the two paths starts with the other. */
function agree(a: PayloadPath, b: PayloadPath): boolean {
  const shared = Math.min(a.length, b.length);
  return a.slice(0, shared).every((step, position) => step === b[position]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
