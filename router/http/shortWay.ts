import type { FastifyRequest } from 'fastify';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { answerOf, type Executor } from '../execution/executor.ts';
import { isObject } from '../execution/merge.ts';
import type { RequestScope } from '../execution/source.ts';
import type { Graph } from '../graph/graph.ts';
import { createDocumentCache } from '../operations/documents.ts';
import type { OperationRequest, PersistedOperations } from '../operations/persisted.ts';
import type { Variables } from '../operations/variables.ts';
import type { CheckOperation } from './checkOperation.ts';
import { takesParts } from './multipart.ts';
import type { ObserveOperation } from './observeOperations.ts';

/** An operation that Apollo Server has read, validated and let through. */
export interface KnownOperation {
  readonly schema: GraphQLSchema;
  readonly hash: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | undefined;
}

/** A request of which Apollo Server would find out nothing new. */
interface PlainRequest {
  readonly asked: OperationRequest;
  readonly known: KnownOperation;
  readonly variables: Variables;
  readonly contentType: string;
}

/**
 * Answers what Apollo Server has answered before, without it. What it does for a request (reading the document, validating it, finding
 * out in which form the answer goes) is the same each time, and takes as long as the rest of a small operation. Whatever is
 * unusual, or goes wrong before anything was fetched, is left to it, so that it alone says what is wrong with a request.
 */
export interface ShortWay {
  /** Remembers an operation that was let through. */
  learn(source: string, known: KnownOperation): void;
  /** Remembers in which form an answer went to who accepts this. */
  learnForm(accept: string | undefined, contentType: string | undefined): void;
  /** Undefined: it has to go the long way. */
  find(request: FastifyRequest, asked: OperationRequest): PlainRequest | undefined;
  /** @returns undefined when it has to go the long way after all: nothing was fetched. */
  answer(
    plain: PlainRequest,
    request: FastifyRequest,
    admitted: Promise<RequestScope>,
  ): Promise<{ readonly text: string; readonly contentType: string } | undefined>;
}

/** There are about as many as there are kinds of clients. */
const KEPT_FORMS = 100;
const MOST_OF_A_FORM = 256;
const plainMembers: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

export function createShortWay(options: {
  readonly graph: Pick<Graph, 'version'>;
  readonly executor: Executor;
  readonly persisted: Pick<PersistedOperations, 'check'>;
  readonly check: CheckOperation;
  readonly observe: ObserveOperation;
}): ShortWay {
  const { graph, executor, persisted, check, observe } = options;
  const operations = createDocumentCache<KnownOperation>(({ operation }) => operation);
  const forms = new LRUCache<string, string>({ max: KEPT_FORMS });

  return {
    learn: (source, known) => void operations.set(keyOf(source, known.operationName), known),

    learnForm(accept = '', contentType) {
      if (contentType !== undefined && accept.length <= MOST_OF_A_FORM && !takesParts(accept)) {
        forms.set(accept, contentType);
      }
    },

    find({ method, headers, body }, asked) {
      const { query, operationName, variables } = asked;
      const isJson = headers['content-type']?.startsWith('application/json') === true;
      if (method !== 'POST' || !isJson || !isPlain(body) || !query || operationName === '') return undefined;
      const known = operations.get(keyOf(query, operationName));
      const contentType = forms.get(headers.accept ?? '');
      // A graph that is another since is another's to validate in.
      if (known?.schema !== graph.version.snapshot.schema || contentType === undefined) return undefined;
      return { asked, known, variables: variables ?? {}, contentType };
    },

    async answer({ asked, known, variables, contentType }, request, admitted) {
      const over = observe();
      const scope = await admitted.catch(() => undefined);
      // Others have limits of their own, which count what they ask.
      if (scope?.identity?.kind !== 'agent') return undefined;
      const { identity } = scope;
      const version = graph.version;
      if (version.snapshot.schema !== known.schema) return undefined;
      let prepared;
      try {
        persisted.check(asked);
        check(version, { ...known, variables, identity });
        prepared = version.prepare(known);
      } catch {
        return undefined;
      }
      const result = await executor.execute(prepared, variables, scope);
      if (result.data === undefined) return undefined;
      over({
        asked: { ...known, variables },
        identity,
        header: (name) => request.headers[name],
        errorCodes: result.errors.map(({ extensions }) => String(extensions?.['code'])),
      });
      return { text: answerOf(result), contentType };
    },
  };
}

function keyOf(source: string, operationName: string | null | undefined): string {
  return `${operationName ?? ''} ${source}`;
}

/** Nothing in it that Apollo Server would object to, or look up. */
function isPlain(body: unknown): boolean {
  if (!isObject(body)) return false;
  for (const name in body) if (!plainMembers.has(name)) return false;
  const { variables, extensions } = body;
  return (variables == null || isObject(variables)) && (extensions == null || isPlainExtensions(extensions));
}

function isPlainExtensions(extensions: unknown): boolean {
  return isObject(extensions) && extensions['persistedQuery'] === undefined;
}
