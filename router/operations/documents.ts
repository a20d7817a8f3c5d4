import { createHash } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { OperationError } from './errors.ts';
import { limitsRule, type OperationLimits } from './limits.ts';

const MAX_DOCUMENTS = 2_000;

/** Documents as Apollo Server makes them from text, for operations that do not come through it. */
export interface Documents {
  /**
   * Parses and validates, or finds the document again.
   *
   * @throws GraphQLError, several as an AggregateError, each with its code.
   */
  read(source: string): { readonly hash: string; readonly document: DocumentNode };
}

export function createDocuments(schema: GraphQLSchema, limits: OperationLimits): Documents {
  const documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });
  return {
    read(source) {
      const hash = sha256(source);
      let document = documents.get(hash);
      if (!document) {
        document = parseWithin(source, limits.tokens);
        const rules = [...specifiedRules, limitsRule(limits)];
        const errors = validate(schema, document, rules);
        if (errors.length > 0) throw new AggregateError(errors.map(withCode), 'the document is not valid');
        documents.set(hash, document);
      }
      return { hash, document };
    },
  };
}

/**
 * Parses within the token limit, and refuses a subscription that skips its root field: graphql-js throws out of its
 * validation for those, which would look like a fault of ours.
 *
 * @throws OperationError with code `GRAPHQL_PARSE_FAILED`, `MAX_TOKENS_EXCEEDED` or `GRAPHQL_VALIDATION_FAILED`.
 */
export function parseWithin(source: string, maxTokens: number): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(source, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (isTokenLimit(error)) throw OperationError.overLimit('tokens', maxTokens);
    throw OperationError.invalidSyntax(error.message);
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'subscription') {
      refuseConditions(definition, document);
    }
  }
  return document;
}

/** graphql-js has no code for it. */
export function isTokenLimit(error: GraphQLError): boolean {
  return error.message.includes('tokens. Parsing aborted');
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refuseConditions(operation: OperationDefinitionNode, document: DocumentNode): void {
  const seen = new Set<string>();
  function check(selections: readonly SelectionNode[]): void {
    for (const selection of selections) {
      const conditional = selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include');
      if (conditional) throw OperationError.conditionOnSubscription();
      if (selection.kind === Kind.INLINE_FRAGMENT) check(selection.selectionSet.selections);
      if (selection.kind === Kind.FRAGMENT_SPREAD && !seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value) {
            check(definition.selectionSet.selections);
          }
        }
      }
    }
  }
  check(operation.selectionSet.selections);
}

function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions['code'] !== undefined) return error;
  const { message, nodes } = error;
  return new GraphQLError(message, { ...(nodes && { nodes }), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
