import type { FastifyInstance } from 'fastify';
import { describeCollection, pointReader } from './answers.ts';
import type { Catalog } from './catalog.ts';
import type { Collection } from './collection.ts';
import { declarationSchema } from './declaration.ts';
import { withoutPath, parsePath, type Payload } from './payloadPath.ts';
import { runQuery } from './query.ts';
import * as requests from './requests.ts';
import { parseBody } from './requests.ts';

interface Call {
  readonly Params: { readonly name: string };
  readonly Querystring: { readonly wait?: string };
}

const DEFAULT_PAGE = 10;

/** Qdrant's routes for collections and aliases, as far as they are supported. Handlers return the `result`. */
export function collectionRoutes(app: FastifyInstance, catalog: Catalog): void {
  app.get('/collections', () => ({ collections: catalog.names.map((name) => ({ name })) }));
  app.get<Call>('/collections/:name', ({ params }) => {
    const { collection, declaration } = catalog.get(params.name);
    return describeCollection(collection, declaration);
  });
  app.get<Call>('/collections/:name/exists', ({ params }) => ({ exists: catalog.has(params.name) }));
  app.put<Call>('/collections/:name', async ({ params, body }) => {
    await catalog.create(params.name, parseBody(declarationSchema, body));
    return true;
  });
  app.delete<Call>('/collections/:name', async ({ params }) => catalog.delete(params.name));

  app.get('/aliases', () => ({ aliases: catalog.aliases.map(aliasAnswer) }));
  app.get<Call>('/collections/:name/aliases', ({ params }) => {
    catalog.get(params.name);
    return { aliases: catalog.aliases.filter(([, collection]) => collection === params.name).map(aliasAnswer) };
  });
  app.post('/collections/aliases', async ({ body }) => {
    await catalog.changeAliases(parseBody(requests.aliasesSchema, body).actions);
    return true;
  });

  app.put<Call>('/collections/:name/index', async ({ params, body, query }) => {
    const { collection } = catalog.get(params.name);
    const { field_name: field, field_schema: schema } = parseBody(requests.createIndexSchema, body);
    return updateAnswer(await collection.createIndex(field, schema), query.wait);
  });
  app.delete<{ Params: { name: string; field: string }; Querystring: Call['Querystring'] }>(
    '/collections/:name/index/:field',
    async ({ params, query }) => {
      const { collection } = catalog.get(params.name);
      return updateAnswer(await collection.deleteIndex(params.field), query.wait);
    },
  );
}

/** Qdrant's routes that write points. */
export function writeRoutes(app: FastifyInstance, catalog: Catalog): void {
  const write = (
    method: 'post' | 'put',
    path: string,
    apply: (collection: Collection, body: unknown) => Promise<number>,
  ) => {
    app[method]<Call>(`/collections/:name/points${path}`, async ({ params, body, query }) =>
      updateAnswer(await apply(catalog.get(params.name).collection, body), query.wait),
    );
  };
  write('put', '', async (collection, body) => {
    const { points } = parseBody(requests.upsertSchema, body);
    return collection.upsert(
      points.map(({ id, vector, payload }) => ({ id, vectors: vector, payload: payload ?? {} })),
    );
  });
  write('post', '/delete', async (collection, body) => collection.delete(parseBody(requests.selectorSchema, body)));
  write('post', '/payload', async (collection, body) => {
    const { selection, payload } = parseBody(requests.setPayloadSchema, body);
    return collection.changePayload(selection, (present) => withoutNulls({ ...present, ...payload }, payload));
  });
  write('put', '/payload', async (collection, body) => {
    const { selection, payload } = parseBody(requests.setPayloadSchema, body);
    return collection.changePayload(selection, () => payload);
  });
  write('post', '/payload/delete', async (collection, body) => {
    const { selection, keys } = parseBody(requests.deletePayloadSchema, body);
    const paths = keys.map(parsePath);
    return collection.changePayload(selection, (present) => paths.reduce(withoutPath, present));
  });
}

/** Qdrant's routes that read points. */
export function readRoutes(app: FastifyInstance, catalog: Catalog): void {
  app.post<Call>('/collections/:name/points', ({ params, body }) => {
    const { segment } = catalog.get(params.name).collection;
    const request = parseBody(requests.retrieveSchema, body);
    const slots = request.ids.map((id) => segment.slotOf(id)).filter((slot) => slot !== undefined);
    return slots.map(pointReader(segment, shape(request, true)));
  });
  app.post<Call>('/collections/:name/points/scroll', ({ params, body }) => {
    const { segment } = catalog.get(params.name).collection;
    const request = parseBody(requests.scrollSchema, body);
    const limit = request.limit ?? DEFAULT_PAGE;
    const slots = segment.page(request.filter ?? undefined, request.offset ?? undefined, limit + 1);
    const next = slots.at(limit);
    return {
      points: slots.slice(0, limit).map(pointReader(segment, shape(request, true))),
      next_page_offset: next === undefined ? null : segment.entryAt(next).id,
    };
  });
  app.post<Call>('/collections/:name/points/count', ({ params, body }) => {
    const { segment } = catalog.get(params.name).collection;
    return { count: segment.matching(parseBody(requests.countSchema, body).filter ?? undefined).length };
  });
  app.post<Call>('/collections/:name/points/query', ({ params, body }) =>
    query(catalog.get(params.name).collection, parseBody(requests.querySchema, body)),
  );
  app.post<Call>('/collections/:name/points/query/batch', ({ params, body }) => {
    const { collection } = catalog.get(params.name);
    return parseBody(requests.queryBatchSchema, body).searches.map((search) => query(collection, search));
  });
}

function query({ segment }: Collection, request: requests.QueryRequest) {
  const read = pointReader(segment, shape(request, false));
  const hits = runQuery(segment, request);
  return { points: hits.map(({ slot, score }) => ({ ...read(slot), version: segment.entryAt(slot).version, score })) };
}

function shape(
  request: Pick<requests.QueryRequest, 'with_payload' | 'with_vector'>,
  payloadByDefault: boolean,
): Parameters<typeof pointReader>[1] {
  return { withPayload: request.with_payload ?? payloadByDefault, withVector: request.with_vector ?? false };
}

/** The write is on disk whether or not the client waits: `acknowledged` promises less than is so. */
function updateAnswer(operation: number, wait: string | undefined) {
  return { operation_id: operation, status: wait === 'true' ? 'completed' : 'acknowledged' };
}

function aliasAnswer([alias, collection]: [string, string]) {
  return { alias_name: alias, collection_name: collection };
}

/** Setting a key to null removes it, as in Qdrant. */
function withoutNulls(merged: Payload, set: Payload): Payload {
  return Object.fromEntries(Object.entries(merged).filter(([key]) => !Object.hasOwn(set, key) || set[key] !== null));
}
