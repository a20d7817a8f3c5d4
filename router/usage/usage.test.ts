import { describe, expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { eventually } from '#test/stack/eventually.ts';
import { USAGE_SUBJECT, usageReports, type OperationReport } from '#schema/events/usage.ts';
import { buildManifest } from '#schema/operations/manifest.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { openStream } from '../testing/eventStream.ts';
import { company, startWorld, tokenFor } from '../testing/world.ts';
import { fieldsUsed } from './fieldsUsed.ts';
import { createUsageReporter } from './usageReporter.ts';

const schema = buildSchema(`
  type Query { conversation(id: ID!, deep: Boolean): Conversation node: Node found(filter: Filter, status: [Status!]): Node }
  input Filter { status: [Status!] near: Place limit: Int! = 3 }
  input Place { city: String around: Place }
  enum Status { OPEN DONE }
  interface Node { id: ID! }
  type Conversation implements Node { id: ID! number: Int! }
`);
const read = (text: string) => {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  return { document, operation };
};

describe('what an operation uses', () => {
  it('is its fields with their types and the arguments that it gives, fragments included, and no values', () => {
    const { document, operation } = read(
      `query ($id: ID!) { a: conversation(id: $id) { __typename ...F } node { ... on Conversation { number } id } }
       fragment F on Conversation { id }`,
    );
    expect(fieldsUsed(schema, document, operation).toSorted()).toEqual([
      'Conversation.id: ID!',
      'Conversation.number: Int!',
      'Node.id: ID!',
      'Query.conversation(id: ID!)',
      'Query.conversation: Conversation',
      'Query.node: Node',
    ]);
  });

  it('is of inputs what is given in the document, and everything that a variable may have', () => {
    const used = (text: string) => {
      const { document, operation } = read(text);
      return fieldsUsed(schema, document, operation)
        .filter((one) => !one.startsWith('Query.found:'))
        .toSorted();
    };
    expect(
      used('query ($city: String = "Ulm") { found(filter: { near: { city: $city }, status: OPEN }) { __typename } }'),
    ).toEqual([
      'Filter.near: Place!',
      'Filter.status: [Status!]!',
      'Place.city: String!',
      'Query.found(filter: Filter!)',
      'Status.OPEN',
    ]);
    expect(
      used('query ($filter: Filter) { found(filter: $filter, status: null) @skip(if: false) { __typename } }'),
    ).toEqual([
      'Filter.limit: Int!',
      'Filter.near: Place',
      'Filter.status: [Status!]',
      'Place.around: Place',
      'Place.city: String',
      'Query.found(filter: Filter)',
      'Query.found(status: [Status!])',
      'Status.DONE',
      'Status.OPEN',
    ]);
  });
});

describe('reports of operations', () => {
  const identity = { kind: 'partner', companyId: company, partner: 'crm', scopes: [] } as const;
  const run = { identity, schema, ...read('query One { node { id } }'), cost: () => 1, durationMs: 1, errorCodes: [] };
  const client = { name: 'web', version: '1' };

  function reporter() {
    const told: OperationReport[] = [];
    const jetstream = {
      async publish(_subject: string, body: string) {
        told.push(...usageReports.parse(JSON.parse(body)).reports);
      },
    };
    const usage = createUsageReporter({
      nats: { connected: true, jetstream } as never,
      logger,
      metrics: createMetrics({ service: 'router' }),
      now: () => 0,
    });
    return { usage, told };
  }

  it('stand, above a rate, for operations that are not told', async () => {
    const { usage, told } = reporter();
    for (let n = 0; n < 1_050; n++) usage.report({ ...run, client });
    await usage.stop();
    expect(told).toHaveLength(50 + 1_000 / 20);
    expect(told.reduce((sum, { weight }) => sum + weight, 0)).toBe(1_050);
  });

  it('keep what programs say of themselves within bounds, and are not made of strangers', async () => {
    const { usage, told } = reporter();
    usage.report({ ...run, client: { name: `${'x'.repeat(500)}\ud800`, version: '\ud800' } });
    usage.report({ ...run, client, identity: undefined });
    await usage.stop();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ clientName: 'x'.repeat(128), clientVersion: '\ufffd' });
  });
});

it('every operation is reported, with how it went and without its variables', async () => {
  const manifest = buildManifest(new Map([['a', 'query One($id: ID!) { conversation(id: $id) { number } }']]));
  const world = await startWorld({ manifest });
  try {
    const reports: OperationReport[] = [];
    const texts: string[] = [];
    world.nats.connection.subscribe(USAGE_SUBJECT, {
      callback(_error, message) {
        texts.push(message.string());
        reports.push(...usageReports.parse(message.json()).reports);
      },
    });
    await world.nats.connection.flush();
    const key = world.keeper.issue(company, { partner: 'zenith', scopes: ['read'] });
    await world.post(
      { documentId: manifest.operations[0]?.id, variables: { id: 'a-secret-id' } },
      { token: key.text, headers: { 'apollographql-client-name': 'sync', 'apollographql-client-version': '2.1' } },
    );
    await world.post({ query: 'query Broken { broken }' }, { token: await tokenFor() });
    await world.post({ query: '{ __typename }' });
    const token = await tokenFor();
    const client = world.client(token, {
      connectionParams: {
        authorization: `Bearer ${token}`,
        'apollographql-client-name': 'inbox',
        'apollographql-client-version': 3,
      },
    });
    for await (const _ of client.iterate({ query: 'query OverSocket { caller }' }));
    for await (const _ of world.client(token).iterate({ query: 'query Unnamed { caller }' }));
    const stream = await openStream(
      `${world.router.url()}/graphql`,
      { query: 'query AsStream { caller }' },
      { authorization: `Bearer ${token}`, 'apollographql-client-name': 'screen' },
    );
    await stream.over();
    await eventually(() => expect(reports).toHaveLength(5));

    const of = (name: string) => reports.find((report) => report.name === name);
    expect(of('One')).toMatchObject({
      companyId: company,
      type: 'query',
      partner: 'zenith',
      clientName: 'sync',
      clientVersion: '2.1',
      cost: 1,
      errorCodes: [],
      weight: 1,
      fields: ['Query.conversation: Conversation', 'Query.conversation(id: ID!)', 'Conversation.number: Int!'],
    });
    expect(of('Broken')).toMatchObject({
      partner: '',
      errorCodes: ['INTERNAL_SERVER_ERROR'],
      fields: ['Query.broken: String'],
    });
    expect(of('OverSocket')).toMatchObject({
      clientName: 'inbox',
      clientVersion: '',
      fields: ['Query.caller: String'],
    });
    expect(of('Unnamed')).toMatchObject({ clientName: '' });
    expect(of('AsStream')).toMatchObject({ clientName: 'screen' });
    expect(texts.join()).not.toContain('a-secret-id');
    expect(texts.join()).not.toContain(key.text);
  } finally {
    await world.close();
  }
});
