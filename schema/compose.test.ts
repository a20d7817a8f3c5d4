import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse, visit } from 'graphql';
import { compose, CompositionError, EVENT_STREAM_URL } from './compose.ts';
import { readSubgraphs, supergraphFile } from './subgraphFiles.ts';

const link = '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';

describe('the supergraph', () => {
  it('that is checked in is the one that the subgraphs compose to (else: npm run compose)', () => {
    expect(readFileSync(supergraphFile, 'utf8')).toBe(compose(readSubgraphs()));
  });

  it('does not depend on the order in which the subgraphs are read', () => {
    const reversed = Object.fromEntries(Object.entries(readSubgraphs()).toReversed());
    expect(compose(reversed)).toBe(compose(readSubgraphs()));
  });

  it('gives a subgraph without a server the address of the event stream, the others a placeholder', () => {
    const supergraph = compose(readSubgraphs());
    expect(supergraph).toContain(`LIVE @join__graph(name: "live", url: "${EVENT_STREAM_URL}")`);
    expect(supergraph).toContain('CHANNELS @join__graph(name: "channels", url: "http://channels")');
  });

  it('keeps the subject of an event on the subscription field', () => {
    expect(compose(readSubgraphs())).toMatch(
      /inboxUpdates\(.*@events\(subject: "events\.conversation\.\{company\}\.>"\)/,
    );
  });

  it('says of every list that clients cut how long it gets', () => {
    const unsaid: string[] = [];
    visit(parse(readFileSync(supergraphFile, 'utf8')), {
      FieldDefinition({ name, arguments: given = [], directives = [] }) {
        const isCut = given.some((argument) => argument.name.value === 'first');
        if (isCut && !directives.some((directive) => directive.name.value === 'listSize')) unsaid.push(name.value);
      },
    });
    expect(unsaid).toEqual([]);
  });

  it('says every problem when subgraphs contradict each other', () => {
    const contradicting = () =>
      compose({
        a: `extend schema ${link} type Query { one: Thing } type Thing @key(fields: "id") { id: ID! name: String! }`,
        b: `extend schema ${link} type Query { two: Thing } type Thing @key(fields: "id") { id: ID! name: Int! }`,
      });
    expect(contradicting).toThrow(CompositionError);
    expect(contradicting).toThrow(/Thing\.name[^]*npm run compose|npm run compose[^]*Thing\.name/);
  });

  it('refuses two @requires that need one field with different arguments, which would get one value', () => {
    const requiring = link.replace('"@key"', '"@key", "@external", "@requires"');
    const needs = (currency: string) => `Float @requires(fields: "price(currency: ${currency})")`;
    const composed = (a: string, b: string) => () =>
      compose({
        catalog: `extend schema ${requiring} type Query { one: Thing }
          type Thing @key(fields: "id") { id: ID! price(currency: String): Float }`,
        stock: `extend schema ${requiring}
          type Thing @key(fields: "id") { id: ID! price(currency: String): Float @external a: ${needs(a)} b: ${needs(b)} }`,
      });
    expect(composed('\\"EUR\\"', '\\"EUR\\"')).not.toThrow();
    expect(composed('\\"EUR\\"', '\\"USD\\"')).toThrow(/Thing\.price in 2 ways/);
  });
});
