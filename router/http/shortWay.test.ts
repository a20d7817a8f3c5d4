import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { parse, type OperationDefinitionNode } from 'graphql';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import type { Identity } from '#platform/identity/identity.ts';
import { routerDefaults } from '../config.ts';
import { createExecutor } from '../execution/executor.ts';
import type { RequestScope } from '../execution/source.ts';
import { createFlights } from '../graph/flights.ts';
import { createGraphVersion, type GraphVersion } from '../graph/graphVersion.ts';
import { createSnapshot } from '../graph/snapshot.ts';
import { sha256 } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';
import { operationRequestSchema } from '../operations/persisted.ts';
import { fair } from '../testing/compareShop.ts';
import { shopSources, shopSupergraph } from '../testing/shop.ts';
import { agent, visitor } from '../testing/world.ts';
import { createOperationCheck } from './checkOperation.ts';
import type { ObservedOperation } from './observeOperations.ts';
import { createShortWay, type ShortWay } from './shortWay.ts';

const query = 'query Product($id: ID!) { product(id: $id) { sku } }';
const body = { query, variables: { id: '1' } };
const json = 'application/json; charset=utf-8';
const limits = routerDefaults.limits;

let graph: { version: GraphVersion };
let shortWay: ShortWay;
let told: ObservedOperation[];
let onlyRegistered: boolean;
let maxCost: number;

function openVersion(): GraphVersion {
  const snapshot = createSnapshot(shopSupergraph);
  return createGraphVersion({
    snapshot,
    sources: shopSources(fair),
    limits,
    logger,
    metrics: createMetrics({ service: 'test' }),
  });
}

beforeEach(() => {
  [told, onlyRegistered, maxCost] = [[], false, limits.cost];
  graph = { version: openVersion() };
  const metrics = createMetrics({ service: 'test' });
  shortWay = createShortWay({
    graph,
    executor: createExecutor({ graph, flights: createFlights(), logger, metrics }),
    persisted: {
      check() {
        if (onlyRegistered) throw OperationError.onlyRegistered();
      },
    },
    check: (...asked) => createOperationCheck(maxCost)(...asked),
    observe: () => (over) => void told.push(over),
  });
});

function learn(text = query, operationName?: string): void {
  const document = parse(text);
  const [operation] = document.definitions as OperationDefinitionNode[];
  if (!operation) throw new Error('the text has an operation');
  shortWay.learn(text, {
    schema: graph.version.snapshot.schema,
    hash: sha256(text),
    document,
    operation,
    operationName,
  });
  shortWay.learnForm('application/json', json);
}

function find(changes: { body?: unknown; method?: string; headers?: Record<string, string> } = {}) {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...changes.headers };
  const request = { method: 'POST', body, ...changes, headers } as unknown as FastifyRequest;
  const plain = shortWay.find(request, operationRequestSchema.safeParse(request.body).data ?? {});
  const scopeOf = async (identity: Identity | undefined): Promise<RequestScope> => ({ identity, requestId: 'r' });
  return (
    plain && {
      as: (identity: Identity | undefined) => shortWay.answer(plain, request, scopeOf(identity)),
      refused: () => shortWay.answer(plain, request, Promise.reject(OperationError.unauthenticated())),
    }
  );
}

describe('a request that Apollo Server has let through before', () => {
  it('is answered without it, in the form that it was answered in', async () => {
    expect(find()).toBeUndefined();
    learn();
    expect(await find()?.as(agent())).toEqual({ text: '{"data":{"product":{"sku":"sku-1"}}}', contentType: json });
    expect(told).toMatchObject([{ asked: { hash: sha256(query), variables: { id: '1' } }, errorCodes: [] }]);
  });

  it.each([
    ['another method', { method: 'GET' }],
    ['another document', { body: { ...body, query: `${query} ` } }],
    ['another of its operations', { body: { ...body, operationName: 'Product' } }],
    ['no operation by its name', { body: { ...body, operationName: '' } }],
    [
      'a document by its hash',
      { body: { ...body, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(query) } } } },
    ],
    ['a document by its id', { body: { ...body, documentId: sha256(query) } }],
    ['something that nobody knows', { body: { ...body, nonsense: true } }],
    ['variables in another form', { body: { ...body, variables: '{"id":"1"}' } }],
    ['a list of variables', { body: { ...body, variables: [] } }],
    ['several at once', { body: [body] }],
    ['no JSON', { headers: { 'content-type': 'text/plain' } }],
    ['an answer in another form', { headers: { accept: 'text/html' } }],
  ])('goes the long way with %s', (_, changes) => {
    learn();
    expect(find()).toBeDefined();
    expect(find(changes)).toBeUndefined();
  });

  it('goes the long way when its answer may come in parts', () => {
    learn();
    const accept = 'multipart/mixed;deferSpec=20220824, application/json';
    shortWay.learnForm(accept, json);
    expect(find({ headers: { accept } })).toBeUndefined();
  });

  it('goes the long way when the graph is another since', async () => {
    learn();
    const found = find();
    graph.version = openVersion();
    expect(await found?.as(agent())).toBeUndefined();
    expect(find()).toBeUndefined();
  });

  it.each([
    ['a visitor', visitor()],
    ['a partner', { kind: 'partner', companyId: agent().companyId, partner: 'crm', scopes: [] } as const],
    ['nobody', undefined],
  ])('goes the long way for %s', async (_, identity) => {
    learn();
    expect(await find()?.as(identity)).toBeUndefined();
  });

  it('is refused the long way, with nothing fetched or told', async () => {
    learn();
    expect(await find()?.refused()).toBeUndefined();
    expect(await find({ body: { query, variables: {} } })?.as(agent())).toBeUndefined();
    onlyRegistered = true;
    expect(await find()?.as(agent())).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('is refused the long way when it costs too much', async () => {
    learn();
    maxCost = 0;
    expect(await find()?.as(agent())).toBeUndefined();
    expect(told).toEqual([]);
  });
});
