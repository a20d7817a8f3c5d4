import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { routerDefaults } from '../config.ts';
import { createDocuments } from './documents.ts';

const schema = buildSchema('type Query { viewer: String }');
const comment = (characters: number) => `# ${'x'.repeat(characters)}`;

describe('documents', () => {
  it('are parsed and validated once', () => {
    const documents = createDocuments(schema, routerDefaults.limits);
    expect(documents.read('{ viewer }').document).toBe(documents.read('{ viewer }').document);
  });

  it('with a long text, which comments make at no cost in tokens, are not kept', () => {
    const documents = createDocuments(schema, routerDefaults.limits);
    const source = `{ viewer } ${comment(100_000)}`;
    expect(documents.read(source).document).not.toBe(documents.read(source).document);
  });

  it('are forgotten, those unused for longest first, when their texts are too much together', () => {
    const documents = createDocuments(schema, routerDefaults.limits);
    const [first, last] = [0, 99].map((number) => `{ viewer } ${comment(50_000)}${String(number)}`);
    const kept = documents.read(String(first)).document;
    for (let number = 1; number <= 99; number++) documents.read(`{ viewer } ${comment(50_000)}${String(number)}`);
    expect(documents.read(String(last)).document).toBe(documents.read(String(last)).document);
    expect(documents.read(String(first)).document).not.toBe(kept);
  });
});
