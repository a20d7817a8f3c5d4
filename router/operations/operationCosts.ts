import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { compileCost } from './cost.ts';
import type { Variables } from './variables.ts';

/** What operations of documents that are kept cost, each compiled once. */
export function operationCosts(schema: GraphQLSchema) {
  const compiled = new WeakMap<OperationDefinitionNode, (variables: Variables) => number>();
  return {
    of(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables): number {
      const cost = compiled.get(operation) ?? compileCost(schema, document, operation.name?.value);
      compiled.set(operation, cost);
      return cost(variables);
    },
  };
}
