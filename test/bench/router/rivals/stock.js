// The router of @apollo/gateway as its documentation sets it up, and with it the caller's authorization handed on.
import { once } from 'node:events';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { tellCpu } from '../gatewayStart.ts';

const [{ rivalSupergraphSdl }] = await once(process, 'message');
class HandOn extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set('authorization', context.authorization);
  }
}
const gateway = new ApolloGateway({
  supergraphSdl: rivalSupergraphSdl,
  buildService: ({ url }) => new HandOn({ url }),
});
const server = new ApolloServer({ gateway });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
tellCpu(url);
