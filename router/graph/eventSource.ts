import type { GraphQLDataSource } from '@apollo/gateway';
import { executeSync, parse, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GraphSnapshot } from './snapshot.ts';
import type { RequestScope } from './subgraph.ts';

/**
 * The subgraph without a server: it answers the root field of a subscription from the event in the request's scope, with
 * the aliases and conditions that the operation has.
 */
export function createEventSource(
  snapshot: Pick<GraphSnapshot, 'supergraphSchema'>,
): GraphQLDataSource<Record<string, unknown>> {
  const documents = new LRUCache<string, DocumentNode>({ max: 1_000 });
  return {
    async process({ request, context }) {
      const source = request.query ?? '';
      const document = documents.get(source) ?? parse(source);
      documents.set(source, document);
      const { event } = context as unknown as RequestScope;
      const result = executeSync({
        schema: snapshot.supergraphSchema,
        document,
        rootValue: event,
        variableValues: request.variables ?? {},
      });
      return {
        data: result.data ?? null,
        ...(result.errors && { errors: result.errors.map((error) => error.toJSON()) }),
      };
    },
  };
}
