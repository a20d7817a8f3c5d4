import type { Collection } from './collection.ts';
import { type Declaration, describeConfig } from './declaration.ts';
import { QdrantError } from './errors.ts';
import { excludePaths, includePaths, parsePath, type Payload } from './payloadPath.ts';
import type { PointId } from './pointId.ts';
import type { WithPayload, WithVector } from './requests.ts';
import type { Segment } from './segment.ts';
import type { KeptVector } from './vectors.ts';

export interface Shape {
  readonly withPayload: WithPayload;
  readonly withVector: WithVector;
}

export interface PointAnswer {
  readonly id: PointId;
  readonly payload?: Payload;
  readonly vector?: Readonly<Record<string, unknown>>;
}

/** A reader of points that gives as much of each as was asked for. */
export function pointReader(segment: Segment, { withPayload, withVector }: Shape): (slot: number) => PointAnswer {
  const project = payloadProjection(withPayload);
  const declared = segment.vectors.names;
  const names = withVector === true ? declared : withVector || [];
  const unknown = names.find((name) => !declared.includes(name));
  if (unknown !== undefined) throw QdrantError.unknownVector(unknown);
  return (slot) => {
    const { id, payload } = segment.entryAt(slot);
    return {
      id,
      ...(project ? { payload: project(payload) } : {}),
      ...(withVector === false ? {} : { vector: vectorsAnswer(segment, slot, names) }),
    };
  };
}

/** A collection's info: exact search has nothing to optimise, so it is always green. */
export function describeCollection({ segment }: Collection, declaration: Declaration) {
  const indexes = [...segment.indexes].map(([field, { schema, points }]) => {
    const { type, ...params } = schema;
    const declared = Object.keys(params).length > 0 ? { params: schema } : {};
    return [field, { data_type: type, ...declared, points }] as const;
  });
  return {
    status: 'green',
    optimizer_status: 'ok',
    indexed_vectors_count: 0,
    points_count: segment.size,
    segments_count: 1,
    config: describeConfig(declaration),
    payload_schema: Object.fromEntries(indexes),
  };
}

function payloadProjection(wanted: WithPayload): ((payload: Payload) => Payload) | undefined {
  if (wanted === false) return undefined;
  if (wanted === true) return (payload) => payload;
  if ('exclude' in wanted) {
    const paths = wanted.exclude.map(parsePath);
    return (payload) => excludePaths(payload, paths);
  }
  const paths = (Array.isArray(wanted) ? wanted : wanted.include).map(parsePath);
  return (payload) => includePaths(payload, paths);
}

function vectorsAnswer(segment: Segment, slot: number, names: readonly string[]): Record<string, unknown> {
  const answers = names.flatMap((name) => {
    const vector = segment.vectors.get(slot, name);
    return vector ? [[name, vectorAnswer(vector)] as const] : [];
  });
  return Object.fromEntries(answers);
}

function vectorAnswer(vector: KeptVector): unknown {
  if (!('indices' in vector)) return [...vector];
  return { indices: [...vector.indices], values: [...vector.values] };
}
