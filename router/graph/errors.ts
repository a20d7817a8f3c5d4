import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import { isTokenLimit } from '../operations/documents.ts';
import { OperationError } from '../operations/errors.ts';

/** What of an error's extensions clients may see. */
const PUBLIC_EXTENSIONS = [
  'code',
  'field',
  'limit',
  'actual',
  'cost',
  'cursor',
  'retryAfterSeconds',
  'requestId',
] as const;

/** Codes that stand for "something inside went wrong"; the first is what clients get for all of them. */
const INTERNAL = 'INTERNAL_SERVER_ERROR';
const internalCodes: ReadonlySet<unknown> = new Set([
  undefined,
  INTERNAL,
  'DOWNSTREAM_SERVICE_ERROR',
  // Of what the planner and the executor find wrong after validation has passed: a null where none may be, above all.
  'INVALID_GRAPHQL',
]);

/** A subgraph could not be asked, or what it said is not an answer. `cause` tells why; clients get code and message only. */
export class SubgraphError extends Error {
  override readonly name = 'SubgraphError';
  readonly code: 'SUBGRAPH_UNAVAILABLE' | typeof INTERNAL;
  /** Of its answer over HTTP, when there was one that says why. */
  readonly status: number | undefined;
  /** Nobody waits for the answer: there is nobody to be told, and nothing is wrong. */
  readonly isAbandoned: boolean;

  private constructor(
    code: SubgraphError['code'],
    message: string,
    {
      status,
      isAbandoned = false,
      ...options
    }: ErrorOptions & { readonly status?: number; readonly isAbandoned?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.status = status;
    this.isAbandoned = isAbandoned;
  }

  /** The subgraph is there, and says no. */
  get isAnswer(): boolean {
    return this.status !== undefined && this.status < 500;
  }

  static unreachable(subgraph: string, cause: unknown): SubgraphError {
    return new SubgraphError('SUBGRAPH_UNAVAILABLE', `The subgraph ${subgraph} did not answer.`, { cause });
  }

  /** Who asked has left, and it was told so. */
  static abandoned(subgraph: string): SubgraphError {
    return new SubgraphError('SUBGRAPH_UNAVAILABLE', `Nobody waits for the subgraph ${subgraph} any more.`, {
      isAbandoned: true,
    });
  }

  static answered(subgraph: string, status: number): SubgraphError {
    return new SubgraphError('SUBGRAPH_UNAVAILABLE', `The subgraph ${subgraph} answered with HTTP ${status}.`, {
      status,
    });
  }

  /** It has failed several times in a row, and is not even asked now. */
  static leftAlone(subgraph: string, waitMs: number): SubgraphError {
    return new SubgraphError(
      'SUBGRAPH_UNAVAILABLE',
      `The subgraph ${subgraph} has failed again and again, and is asked again in ${waitMs} ms.`,
    );
  }

  static notAnAnswer(subgraph: string, cause?: unknown): SubgraphError {
    return new SubgraphError('SUBGRAPH_UNAVAILABLE', `The subgraph ${subgraph} sent no GraphQL answer.`, { cause });
  }

  static refusedIdentity(subgraph: string): SubgraphError {
    return new SubgraphError(
      INTERNAL,
      `The subgraph ${subgraph} refused the signed identity: do both have one secret?`,
      { status: 401 },
    );
  }
}

/**
 * Makes an error of planning or execution fit for clients: codes and messages that are meant for them pass, everything
 * else becomes INTERNAL_SERVER_ERROR with the id that finds the logged cause again. Names of subgraphs, stacks and
 * foreign extensions never pass.
 */
export function presentError(
  error: unknown,
  options: {
    readonly requestId?: string;
    /** Where in the response, when the error itself does not know. */
    readonly path?: readonly (string | number)[] | undefined;
    readonly logger: Logger;
  },
): GraphQLError {
  const { requestId = randomUUID(), logger } = options;
  const { message, nodes, extensions, path = options.path } = readError(error);
  const at = path && { path };
  if (internalCodes.has(extensions['code'])) {
    logger.error({ err: error, requestId, path }, 'an operation failed inside');
    return new GraphQLError('Internal server error', { ...at, extensions: { code: INTERNAL, requestId } });
  }
  if (extensions['code'] === 'SUBGRAPH_UNAVAILABLE') {
    if (!isAbandoned(error)) logger.warn({ err: error, requestId, path }, 'a subgraph could not be asked');
    return new GraphQLError('A part of the graph is away: try again.', {
      ...at,
      extensions: publicExtensions(extensions),
    });
  }
  return new GraphQLError(message, { ...at, ...(nodes && { nodes }), extensions: publicExtensions(extensions) });
}

/** The same for what Apollo Server formats: limits keep their own code, and nothing but public extensions is left. */
export function formatError(
  formatted: GraphQLFormattedError,
  error: unknown,
  limits: { readonly tokens: number },
): GraphQLFormattedError {
  const original = error instanceof GraphQLError ? error.originalError : undefined;
  const tooLong = original instanceof GraphQLError && isTokenLimit(original);
  const own = tooLong ? OperationError.overLimit('tokens', limits.tokens) : original;
  const extensions = publicExtensions({
    ...formatted.extensions,
    ...(own instanceof OperationError && own.extensions),
  });
  const message = extensions['code'] === INTERNAL ? 'Internal server error' : formatted.message;
  return { ...formatted, message, extensions };
}

/** Of ours, or one as a subgraph said it. */
function readError(error: unknown): {
  message: string;
  path?: GraphQLError['path'];
  nodes?: GraphQLError['nodes'];
  extensions: Record<string, unknown>;
} {
  if (error instanceof GraphQLError) return error;
  if (error instanceof SubgraphError) return { message: error.message, extensions: { code: error.code } };
  if (!(error instanceof Error) && isFormatted(error)) {
    return { message: error.message, extensions: { ...error.extensions } };
  }
  return { message: String(error), extensions: {} };
}

function isAbandoned(error: unknown): boolean {
  return error instanceof SubgraphError && error.isAbandoned;
}

function isFormatted(error: unknown): error is GraphQLFormattedError {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}

function publicExtensions(extensions: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    PUBLIC_EXTENSIONS.filter((key) => extensions[key] !== undefined).map((key) => [key, extensions[key]]),
  );
}
