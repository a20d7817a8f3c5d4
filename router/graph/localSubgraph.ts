import type { LocalOperation } from '#platform/graphql/localSubgraph.ts';
import type { LocalService } from '#platform/graphql/subgraphServer.ts';
import { withTimeout } from '#platform/lifecycle/withTimeout.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { SubgraphOperation } from '../execution/source.ts';
import { OperationError } from '../operations/errors.ts';
import type { Variables } from '../operations/variables.ts';
import { SubgraphError } from './errors.ts';
import type { Flights } from './flights.ts';
import type { Subgraph } from './subgraph.ts';

/**
 * A subgraph that runs in this process: asked without a network, and without a text that would have to be parsed, validated or
 * written. Who asks is checked there as it is over HTTP; the time that a fetch may take is the same.
 */
export function createLocalSubgraph(options: {
  readonly name: string;
  readonly service: Pick<LocalService, 'local' | 'checks'>;
  readonly timeoutMs: number;
  readonly flights: Flights;
  readonly metrics: Metrics;
}): Subgraph {
  const { name, service, timeoutMs, flights } = options;
  const seconds = options.metrics.histogram('switchboard_router_subgraph_seconds', 'Time of a fetch from a subgraph', [
    'subgraph',
    'outcome',
  ]);
  /** For as long as the plan is kept that asks. */
  const prepared = new WeakMap<SubgraphOperation, LocalOperation>();

  function prepare(operation: SubgraphOperation): LocalOperation {
    const run = prepared.get(operation) ?? service.local.prepare(operation.query);
    prepared.set(operation, run);
    return run;
  }

  return {
    name,
    async fetch(operation, variables, { identity, requestId, clientAddress, signal: leaving }) {
      if (!identity) throw OperationError.unauthenticated();
      const end = seconds.startTimer({ subgraph: name });
      const gone = new AbortController();
      const limitMs = Math.max(timeoutMs, operation.limitMs ?? 0);
      const signal = leaving ? AbortSignal.any([gone.signal, leaving]) : gone.signal;
      const caller = { identity, requestId, clientAddress, signal };
      try {
        const run = prepare(operation)(JSON.parse(variables) as Variables, caller);
        const answer = await withTimeout(run, limitMs, `no answer within ${limitMs} ms`);
        leaving?.throwIfAborted();
        end({ outcome: answer.errors.length > 0 ? 'errors' : 'ok' });
        return answer;
      } catch (error) {
        gone.abort();
        end({ outcome: leaving?.aborted ? 'left' : 'failed' });
        throw leaving?.aborted ? SubgraphError.abandoned(name) : SubgraphError.unreachable(name, error);
      } finally {
        if (operation.kind === 'mutation') flights.wrote(identity.companyId);
      }
    },
    check: async () => void (await Promise.all(Object.values(service.checks).map((check) => check()))),
    close: async () => undefined,
  };
}
