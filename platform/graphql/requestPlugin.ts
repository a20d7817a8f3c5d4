import type { ApolloServerPlugin, BaseContext, HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Identity } from '#platform/identity/identity.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { AccessTable } from './access.ts';
import { refusalOf } from './guardOperation.ts';
import { maskErrors } from './maskErrors.ts';
import { observeOperations } from './observeOperations.ts';

/** What the plugin has to know about a request beyond the context that its resolvers see. */
export interface RequestFacts {
  readonly identity: Identity;
  readonly requestId: string;
  readonly log: FastifyBaseLogger;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** Keeps the schema to services and everybody to what they are permitted, keeps inside details in the log, and measures. */
export function requestPlugin(options: {
  readonly metrics: Metrics;
  readonly facts: WeakMap<HTTPGraphQLRequest, RequestFacts>;
  readonly access: AccessTable;
}): ApolloServerPlugin<BaseContext> {
  const { facts, access } = options;
  const observe = observeOperations(options.metrics);

  return {
    async requestDidStart({ request: { http, variables }, schema }) {
      const observed = observe();
      const request = http && facts.get(http);
      if (!request) throw new TypeError('An operation did not come in by the route of the subgraph');
      return {
        async didResolveOperation({ document, operation }) {
          const { identity } = request;
          const denied = operation && refusalOf(access, { schema, document, operation, variables, identity });
          if (denied) throw refused(denied);
        },
        async willSendResponse({ response, errors, operation }) {
          observed(operation, errors !== undefined);
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
