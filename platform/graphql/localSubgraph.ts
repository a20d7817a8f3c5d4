import {
  execute,
  getOperationAST,
  GraphQLError,
  parse,
  validate,
  type ExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { withOrigin } from '#platform/http/requestOrigin.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { AccessTable } from './access.ts';
import { refusalOf } from './guardOperation.ts';
import { maskErrors } from './maskErrors.ts';
import { observeOperations } from './observeOperations.ts';

/** A subgraph for a caller in the same process: answers as it does over HTTP, with nothing written or read in between. */
export interface LocalSubgraph {
  /**
   * Parses and validates an operation, once for all its runs.
   *
   * @throws GraphQLError for a document that has no single operation or does not fit the schema.
   */
  prepare(query: string): LocalOperation;
}

/** The answer is the caller's own. Rejects when the subgraph cannot even begin, with whatever keeps it from that. */
export type LocalOperation = (
  variables: Readonly<Record<string, unknown>>,
  caller: LocalCaller,
) => Promise<{ readonly data: Record<string, unknown> | null; readonly errors: readonly GraphQLFormattedError[] }>;

/** Who asks. The caller vouches for it, as its signature would over HTTP. */
export interface LocalCaller {
  readonly identity: Identity;
  readonly requestId: string;
  readonly clientAddress: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

interface Closable {
  close(): Promise<void>;
}

export function createLocalSubgraph<C extends Closable>(options: {
  readonly schema: GraphQLSchema;
  readonly access: AccessTable;
  readonly context: (
    identity: Identity,
    request: { readonly requestId: string; readonly signal: AbortSignal },
  ) => C | Promise<C>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): LocalSubgraph {
  const { schema, access, logger } = options;
  const observe = observeOperations(options.metrics);

  return {
    prepare(query) {
      const document = parse(query);
      const [invalid] = validate(schema, document);
      if (invalid) throw invalid;
      const operation = getOperationAST(document);
      if (!operation) throw new GraphQLError('A document for a subgraph holds one operation.');

      async function run(
        variables: Readonly<Record<string, unknown>>,
        { identity, requestId, signal }: LocalCaller,
      ): Promise<ExecutionResult> {
        const context = await options.context(identity, { requestId, signal });
        try {
          return await execute({ schema, document, contextValue: context, variableValues: variables });
        } finally {
          // An answer that is built is given, also when tidying up after it fails.
          await context
            .close()
            .catch((error: unknown) => logger.error({ err: error, requestId }, 'a context failed to close'));
        }
      }

      return async (variables, caller) => {
        const { identity, requestId, clientAddress, signal } = caller;
        const observed = observe();
        const denied = refusalOf(access, { schema, document, operation, variables, identity });
        if (denied) {
          observed(operation, true);
          return { data: null, errors: [denied.toJSON()] };
        }
        const origin = { requestId, address: clientAddress };
        const { data, errors = [] } = await withOrigin(origin, () => run(variables, caller));
        observed(operation, errors.length > 0);
        if (errors.length === 0) return { data: data ?? null, errors: [] };
        // Without data nothing ran: the variables do not fit.
        const told = data === undefined ? errors.map(asBadUserInput) : errors;
        const formatted = told.map((error) => error.toJSON());
        return {
          data: data ?? null,
          errors: maskErrors(told, formatted, { requestId, signal, log: logger.child({ requestId }) }),
        };
      };
    },
  };
}

function asBadUserInput({ message }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
