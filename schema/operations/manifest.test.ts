import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { describe, expect, it } from '@jest/globals';
import { parse, validate } from 'graphql';
import { supergraphFile } from '../subgraphFiles.ts';
import { buildManifest, OperationFileError, readManifest, readOperations } from './manifest.ts';

const supergraph = Supergraph.build(readFileSync(supergraphFile, 'utf8'), { supportedFeatures: null });
const schema = supergraph.apiSchema().toGraphQLJSSchema();

describe('the manifest of registered operations', () => {
  it('that is checked in holds what stands in registered/ (else: npm run operations)', () => {
    expect(readManifest()).toEqual(buildManifest(readOperations('registered')));
  });

  it('names each operation by the hash of its body', () => {
    for (const { id, body } of readManifest().operations) {
      expect(id).toBe(createHash('sha256').update(body).digest('hex'));
    }
  });

  it('keeps an id when only layout and comments change', () => {
    const [plain, changed] = ['query A { a }', '# note\nquery A {\n\n  a }'].map((text) =>
      buildManifest(new Map([['a.graphql', text]])),
    );
    expect(changed).toEqual(plain);
  });

  it.each([
    ['no name', '{ a }'],
    ['two operations', 'query A { a } query B { b }'],
    ['a fragment only', 'fragment F on T { a }'],
  ])('refuses a file with %s', (_, text) => {
    expect(() => buildManifest(new Map([['x.graphql', text]]))).toThrow(OperationFileError);
  });

  it('refuses two files with operations of one name', () => {
    const files = new Map([
      ['a.graphql', 'query A { a }'],
      ['b.graphql', 'query A { b }'],
    ]);
    expect(() => buildManifest(files)).toThrow(OperationFileError);
  });
});

describe.each(['registered', 'examples'] as const)('%s operations', (folder) => {
  it.each([...readOperations(folder)])('%s is valid in the graph of today', (_, text) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });
});
