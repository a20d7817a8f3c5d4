import { executeSync, parse, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Source } from '../execution/source.ts';
import type { Variables } from '../operations/variables.ts';
import type { GraphSnapshot } from './snapshot.ts';

/**
 * The subgraph without a server: it answers the root field of a subscription from the event in the request's scope, with
 * the aliases and conditions that the operation has.
 */
export function createEventSource({ supergraphSchema: schema }: Pick<GraphSnapshot, 'supergraphSchema'>): Source {
  const documents = new LRUCache<string, DocumentNode>({ max: 1_000 });
  return {
    async fetch({ query }, variables, { event: rootValue }) {
      const document = documents.get(query) ?? parse(query);
      documents.set(query, document);
      const variableValues = JSON.parse(variables) as Variables;
      const { data, errors = [] } = executeSync({ schema, document, rootValue, variableValues });
      return { data: data ? { ...data } : null, errors: errors.map((error) => error.toJSON()) };
    },
  };
}
