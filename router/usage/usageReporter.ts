import { v7 } from 'uuid';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { NatsPart } from '#platform/events/nats.ts';
import type { Identity } from '#platform/identity/identity.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { USAGE_SUBJECT, type OperationReport } from '#schema/events/usage.ts';
import type { Client } from './client.ts';
import { fieldsUsed } from './fieldsUsed.ts';

/** An operation that was run. */
export interface RunOperation {
  readonly identity: Identity | undefined;
  /** The one that clients see. */
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Asked only of what is told. */
  readonly cost: () => number;
  readonly client: Client;
  readonly durationMs: number;
  readonly errorCodes: readonly string[];
}

/** Tells analytics which operations are run, by whom, and what they use. */
export interface UsageReporter extends Part {
  /** Costs next to nothing, and never throws. */
  report(run: RunOperation): void;
}

/** Of a router, in a second: all of so many, and beyond that one of so many, which stands for the others. */
const ALL_UP_TO = 50;
const ONE_OF = 20;
const TELL_EVERY_MS = 1_000;
/** While NATS is away the oldest are lost. */
const MOST_WAITING = 2_000;
const PUBLISH_LIMIT_MS = 5_000;
const MOST_LABEL = 128;

export function createUsageReporter(options: {
  readonly nats: Pick<NatsPart, 'connected' | 'jetstream'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly now?: () => number;
}): UsageReporter {
  const { nats, logger, now = () => performance.now() } = options;
  const fields = new WeakMap<OperationDefinitionNode, readonly string[]>();
  const lost = options.metrics.counter(
    'switchboard_router_usage_lost_total',
    'Reports of operations that were not told',
  );
  let waiting: OperationReport[] = [];
  let second = -1;
  let seen = 0;
  let telling: NodeJS.Timeout | undefined;

  /** How many operations this one stands for; 0: another one does. */
  function weigh(): number {
    const current = Math.floor(now() / 1_000);
    if (current !== second) {
      second = current;
      seen = 0;
    }
    seen += 1;
    if (seen <= ALL_UP_TO) return 1;
    return (seen - ALL_UP_TO) % ONE_OF === 0 ? ONE_OF : 0;
  }

  function fieldsOf({ schema, document, operation }: RunOperation): readonly string[] {
    const used = fields.get(operation) ?? fieldsUsed(schema, document, operation);
    fields.set(operation, used);
    return used;
  }

  function reportOf(run: RunOperation, companyId: string, weight: number): OperationReport {
    const { identity, operation, cost, client, durationMs, errorCodes } = run;
    return {
      id: v7(),
      companyId,
      at: new Date().toISOString(),
      name: label(operation.name?.value),
      type: operation.operation,
      clientName: label(client.name),
      clientVersion: label(client.version),
      partner: label(identity?.kind === 'partner' ? identity.partner : undefined),
      durationMs,
      cost: cost(),
      errorCodes: [...new Set(errorCodes.map(label))],
      fields: [...fieldsOf(run)],
      weight,
    };
  }

  async function tell(): Promise<void> {
    if (waiting.length === 0 || !nats.connected) return;
    const reports = waiting;
    waiting = [];
    try {
      const body = JSON.stringify({ reports });
      await nats.jetstream.publish(USAGE_SUBJECT, body, { msgID: reports[0]?.id ?? '', timeout: PUBLISH_LIMIT_MS });
    } catch (error) {
      lost.inc(reports.length);
      logger.warn({ err: error, reports: reports.length }, 'the use of the graph could not be told');
    }
  }

  return {
    name: 'usage',
    report(run) {
      const { identity } = run;
      const weight = identity ? weigh() : 0;
      if (!identity || weight === 0) return;
      try {
        waiting.push(reportOf(run, identity.companyId, weight));
      } catch (error) {
        logger.warn({ err: error }, 'an operation could not be reported');
      }
      if (waiting.length > MOST_WAITING) {
        waiting.shift();
        lost.inc();
      }
    },
    async start() {
      telling = setInterval(() => void tell(), TELL_EVERY_MS);
    },
    async stop() {
      clearInterval(telling);
      await tell();
    },
  };
}

/** What programs say of themselves, within bounds. */
function label(text: string | undefined): string {
  return (text ?? '').slice(0, MOST_LABEL).toWellFormed();
}
