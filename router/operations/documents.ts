import { createHash } from 'node:crypto';
import {
  GraphQLError,
  Kind,
  parse,
  validate,
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { OperationError } from './errors.ts';
import type { OperationLimits } from './limits.ts';
import { operationRules } from './rules.ts';

/** Larger documents are answered, but not kept: comments make a text long at no cost in tokens. */
export const MAX_KEPT_CHARACTERS = 64 * 1024;
const MAX_CHARACTERS = 2_000_000;

/** Documents as Apollo Server makes them from text, for operations that do not come through it. */
export interface Documents {
  /**
   * Parses and validates, or finds the document again.
   *
   * @throws GraphQLError, several as an AggregateError, each with its code.
   */
  read(source: string): { readonly hash: string; readonly document: DocumentNode };
}

/**
 * Remembers what was made from documents, within bounds: the syntax tree holds the whole text, so that is what counts.
 *
 * @param rootOf a node of the document's tree.
 */
export function createDocumentCache<T extends object>(rootOf: (value: T) => ASTNode): LRUCache<string, T> {
  return new LRUCache({
    maxSize: MAX_CHARACTERS,
    maxEntrySize: MAX_KEPT_CHARACTERS,
    sizeCalculation: (value) => rootOf(value).loc?.source.body.length ?? 1,
  });
}

export function createDocuments(schema: GraphQLSchema, limits: OperationLimits): Documents {
  const documents = createDocumentCache<DocumentNode>((document) => document);
  return {
    read(source) {
      const hash = sha256(source);
      let document = documents.get(hash);
      if (!document) {
        document = parseWithin(source, limits.tokens);
        const rules = operationRules(limits);
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
