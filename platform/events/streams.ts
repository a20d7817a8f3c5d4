import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import type { Part } from '#platform/lifecycle/part.ts';
import type { NatsPart } from './nats.ts';

type StreamSpec = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>;

const DAY_MS = 24 * 60 * 60 * 1_000;
const GIB = 1024 ** 3;

/** What came in from the platforms and is not yet understood. */
export const INGEST: StreamSpec = {
  name: 'INGEST',
  subjects: ['ingest.>'],
  retention: RetentionPolicy.Workqueue,
  storage: StorageType.File,
  max_bytes: 4 * GIB,
  // Full means that the platform is told to come again, and never that the oldest is thrown away.
  discard: DiscardPolicy.New,
  duplicate_window: nanos(2 * 60 * 1_000),
};

/** Every fact of every context: the log that consumers, live views and analytics read. */
export const EVENTS: StreamSpec = {
  name: 'EVENTS',
  subjects: ['events.>'],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(7 * DAY_MS),
  max_bytes: 16 * GIB,
  discard: DiscardPolicy.Old,
  // Long enough for an outbox relay that stored a batch, lost the answer and comes back after a restart of both sides.
  duplicate_window: nanos(10 * 60 * 1_000),
};

/** What no consumer could digest, with the reason. */
export const DEAD: StreamSpec = {
  name: 'DEAD',
  subjects: ['dead.>'],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(90 * DAY_MS),
  max_bytes: 2 * GIB,
  discard: DiscardPolicy.Old,
  duplicate_window: nanos(60 * 60 * 1_000),
};

/** JetStream's error code for a stream that is not there. */
const STREAM_NOT_FOUND = 10059;

/** Creates the streams that are missing and brings the others to these settings. Many services may do it at once. */
export async function ensureStreams(
  manager: JetStreamManager,
  specs: readonly StreamSpec[] = [INGEST, EVENTS, DEAD],
): Promise<void> {
  for (const spec of specs) {
    try {
      await manager.streams.update(spec.name, spec);
    } catch (error) {
      if (!(error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND)) throw error;
      await manager.streams.add(spec);
    }
  }
}

/** The streams, made right when the service starts; they stay when it stops. */
export function createStreams(nats: NatsPart): Part {
  return { name: 'streams', start: () => ensureStreams(nats.manager), stop: async () => undefined };
}
