// Hive Gateway as its documentation sets it up in a program, and with it the caller's authorization handed on.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { tellCpu } from '../gatewayStart.ts';

const [{ rivalSupergraphSdl }] = await once(process, 'message');
const runtime = createGatewayRuntime({
  supergraph: rivalSupergraphSdl,
  logging: false,
  landingPage: false,
  graphqlEndpoint: '/graphql',
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      return { authorization: request.headers.get('authorization') };
    },
  },
});
const server = createServer(runtime);
await once(server.listen(0, '127.0.0.1'), 'listening');
tellCpu(`http://127.0.0.1:${String(server.address().port)}/graphql`);
