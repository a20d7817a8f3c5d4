import type { DocumentNode } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { definitionIn } from '../execution/operationDefinition.ts';
import { prepareOperation, type OperationSource, type PreparedOperation } from '../execution/prepareOperation.ts';
import type { Source } from '../execution/source.ts';
import { createTypeConditions } from '../execution/typeConditions.ts';
import { compileCost } from '../operations/cost.ts';
import { createDocumentCache, createDocuments, type Documents } from '../operations/documents.ts';
import type { OperationLimits } from '../operations/limits.ts';
import type { Variables } from '../operations/variables.ts';
import type { GraphSnapshot } from './snapshot.ts';

/** One version of the graph, with what operations need of it. Nothing of it changes but what it remembers. */
export interface GraphVersion {
  readonly snapshot: GraphSnapshot;
  /** Valid in this version. */
  readonly documents: Documents;
  /**
   * Plans an operation, or finds the plan again.
   *
   * @throws OperationError when the document has no such operation.
   */
  prepare(source: OperationSource): PreparedOperation;
  /**
   * What an operation costs at most with these variables, by `@cost` and `@listSize`; known before it is planned.
   *
   * @throws OperationError when it does not say how long a list it wants that has to be told.
   */
  costOf(source: OperationSource, variables: Variables): number;
  /** What was asked for of late, the newest first. */
  recent(): OperationSource[];
}

interface Costs {
  readonly document: DocumentNode;
  readonly of: (variables: Variables) => number;
}

export function createGraphVersion(options: {
  readonly snapshot: GraphSnapshot;
  /** By subgraph name, the event source included. */
  readonly sources: Readonly<Record<string, Source>>;
  readonly limits: OperationLimits;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): GraphVersion {
  const { snapshot, sources, logger } = options;
  const isOfType = createTypeConditions(snapshot.supergraphSchema);
  const prepared = createDocumentCache<PreparedOperation>(({ operation }) => operation);
  const costs = createDocumentCache<Costs>(({ document }) => document);
  const planning = options.metrics.histogram('switchboard_router_planning_seconds', 'Time to plan an operation');
  const undeferrable = options.metrics.counter(
    'switchboard_router_defer_unplanned_total',
    'Operations that ask for parts and come in one piece, as they could not be planned in parts',
  );

  function onUndeferrable(error: unknown, { hash, operationName }: OperationSource): void {
    undeferrable.inc();
    logger.warn({ err: error, hash, operationName }, 'an operation could not be planned in the parts that it asks for');
  }

  return {
    snapshot,
    documents: createDocuments(snapshot.schema, options.limits),
    prepare(source) {
      const key = keyOf(source);
      let operation = prepared.get(key);
      if (!operation) {
        const end = planning.startTimer();
        operation = prepareOperation(source, definitionIn(source.document, source.operationName), {
          snapshot,
          sources,
          isOfType,
          onUndeferrable,
        });
        end();
        prepared.set(key, operation);
      }
      return operation;
    },
    costOf(source, variables) {
      const key = keyOf(source);
      let known = costs.get(key);
      if (!known) {
        const { document, operationName } = source;
        known = { document, of: compileCost(snapshot.supergraphSchema, document, operationName) };
        costs.set(key, known);
      }
      return known.of(variables);
    },
    recent: () => [...prepared.values()].map(({ source }) => source),
  };
}

function keyOf({ hash, operationName }: OperationSource): string {
  return `${hash}:${operationName ?? ''}`;
}
