import type { ApolloServerPlugin, BaseContext, HTTPGraphQLRequest } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, Kind, visit } from 'graphql';
import type { DocumentNode, GraphQLFormattedError, OperationDefinitionNode } from 'graphql';
import type { Identity } from '#platform/identity/identity.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { checkOperation, type AccessTable } from './access.ts';
import { forbidden } from './errors.ts';

/** What the plugin has to know about a request beyond the context that its resolvers see. */
export interface RequestFacts {
  readonly identity: Identity;
  readonly requestId: string;
  readonly log: FastifyBaseLogger;
}

const MASKED_CODE = 'INTERNAL_SERVER_ERROR';

/** Keeps the schema to services and everybody to what they are permitted, keeps inside details in the log, and measures. */
export function requestPlugin(options: {
  readonly metrics: Metrics;
  readonly facts: WeakMap<HTTPGraphQLRequest, RequestFacts>;
  readonly access: AccessTable;
}): ApolloServerPlugin<BaseContext> {
  const { metrics, facts, access } = options;
  // By root field, of which the schema has few; names of operations are the clients' invention and never end.
  const durations = metrics.histogram(
    'switchboard_graphql_operation_duration_seconds',
    'From the arrival of an operation to its answer',
    ['type', 'field', 'outcome'],
  );

  return {
    async requestDidStart({ request: { http, variables }, schema }) {
      const startedAt = performance.now();
      const request = http && facts.get(http);
      if (!request) throw new TypeError('An operation did not come in by the route of the subgraph');
      return {
        async didResolveOperation({ document, operation }) {
          if (request.identity.kind !== 'service' && asksAboutSchema(document)) {
            throw refused(forbidden('Only services may ask about the schema'));
          }
          const { identity } = request;
          const denied = operation && checkOperation(access, { schema, document, operation, variables, identity });
          if (denied) throw refused(denied);
        },
        async willSendResponse({ response, errors, operation }) {
          durations.observe(
            { ...labels(operation), outcome: errors ? 'error' : 'ok' },
            (performance.now() - startedAt) / 1_000,
          );
          if (!errors || response.body.kind !== 'single') return;
          response.body.singleResult.errors = maskErrors(errors, response.body.singleResult.errors ?? [], request);
        },
      };
    },
  };
}

/** Before the execution an error stands for a fault of the server, unless it says otherwise: the router would try again. */
function refused({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 403 } } });
}

/** Lets errors pass that carry a code of their own; the others are logged, one that many fields met only once. */
function maskErrors(
  errors: readonly GraphQLError[],
  formatted: readonly GraphQLFormattedError[],
  { requestId, log }: RequestFacts,
): GraphQLFormattedError[] {
  const unexpected = new Set<unknown>();
  const masked = errors.map((error, index) => {
    const source = unwrapResolverError(error);
    const shown = formatted[index];
    if (shown && source instanceof GraphQLError && hasOwnCode(source)) return shown;
    unexpected.add(source);
    return {
      message: `Something went wrong here; it is logged under request id ${requestId}`,
      ...(error.path && { path: error.path }),
      extensions: { code: MASKED_CODE, requestId },
    };
  });
  for (const error of unexpected) log.error({ err: error }, 'a resolver failed');
  return masked;
}

function hasOwnCode({ extensions }: GraphQLError): boolean {
  return typeof extensions['code'] === 'string' && extensions['code'] !== MASKED_CODE;
}

function labels(operation: OperationDefinitionNode | undefined): { type: string; field: string } {
  if (!operation) return { type: 'invalid', field: 'invalid' };
  const [first, ...others] = operation.selectionSet.selections;
  const field = first?.kind === Kind.FIELD && others.length === 0 ? first.name.value : 'several';
  return { type: operation.operation, field };
}

/** Documents are kept parsed between requests, so each is looked through once. */
const looked = new WeakMap<DocumentNode, boolean>();

function asksAboutSchema(document: DocumentNode): boolean {
  const known = looked.get(document);
  if (known !== undefined) return known;
  let asks = false;
  visit(document, {
    Field({ name: { value } }) {
      if (value === '__schema' || value === '__type' || value === '_service') asks = true;
    },
  });
  looked.set(document, asks);
  return asks;
}
