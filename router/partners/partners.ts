import type { NatsPart } from '#platform/events/nats.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import { partnersSignal, partnersSubject } from '#schema/events/signals.ts';
import type { Manifest } from '#schema/operations/manifest.ts';
import { createSignalFeed } from '../live/signalFeed.ts';
import { createKeyKeeper, type KeyKeeper } from './keyKeeper.ts';
import { createKeyUse } from './keyUse.ts';
import { createPartnerKeys, type PartnerKeys } from './partnerKeys.ts';
import { createRegisteredOperations, type RegisteredOperations } from './registeredOperations.ts';

/** What the router knows of partners. */
export interface Partners {
  readonly keys: PartnerKeys;
  readonly operations: RegisteredOperations;
  /** In the order in which they start. */
  readonly parts: readonly Part[];
}

export function createPartners(
  options: Parameters<typeof createKeyKeeper>[0] & {
    readonly manifest: Manifest;
    readonly nats: NatsPart;
    readonly logger: Logger;
    readonly metrics: Metrics;
  },
): Partners {
  const { manifest, nats, logger, metrics } = options;
  const keeper = createKeyKeeper(options);
  const use = createKeyUse({ keeper, logger });
  const keys = createPartnerKeys({ keeper, use, nats, logger, metrics });
  const operations = createRegisteredOperations({ keeper, use, manifest, nats, logger });
  const feed = createSignalFeed({
    name: 'partners',
    subject: partnersSubject('{company}'),
    schema: partnersSignal,
    nats,
    logger,
    metrics,
  });
  feed.listenToAll((companyId, { change }) => (change === 'KEY' ? keys : operations).changed(companyId));
  return { keys, operations, parts: [partOf(keeper), use, keys, feed] };
}

function partOf(keeper: KeyKeeper): Part {
  return { name: 'key keeper', start: async () => undefined, stop: () => keeper.close() };
}
