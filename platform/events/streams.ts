import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { backoff, pause } from '#platform/lifecycle/backoff.ts';
import type { Part } from '#platform/lifecycle/part.ts';
import type { NatsPart } from './nats.ts';

type StreamSpec = Readonly<Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>>;

const DAY_MS = 24 * 60 * 60 * 1_000;
const GIB = 1024 ** 3;

/** What came in from the platforms and is not yet understood. */
export const INGEST: StreamSpec = Object.freeze({
  name: 'INGEST',
  subjects: ['ingest.>'],
  retention: RetentionPolicy.Workqueue,
  storage: StorageType.File,
  max_bytes: 4 * GIB,
  // Full means that the platform is told to come again, and never that the oldest is thrown away.
  discard: DiscardPolicy.New,
  duplicate_window: nanos(2 * 60 * 1_000),
});

/** Every fact of every context: the log that consumers, live views and analytics read. */
export const EVENTS: StreamSpec = Object.freeze({
  name: 'EVENTS',
  subjects: ['events.>'],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(7 * DAY_MS),
  max_bytes: 16 * GIB,
  discard: DiscardPolicy.Old,
  // Long enough for an outbox relay that stored a batch, lost the answer and comes back after a restart of both sides.
  duplicate_window: nanos(10 * 60 * 1_000),
});

/** What is told of the use of the graph: much, and of no consequence for anybody's work. */
export const USAGE: StreamSpec = Object.freeze({
  name: 'USAGE',
  subjects: ['usage.>'],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(2 * DAY_MS),
  max_bytes: GIB,
  discard: DiscardPolicy.Old,
  duplicate_window: nanos(2 * 60 * 1_000),
});

/** What no consumer could digest, with the reason. */
export const DEAD: StreamSpec = Object.freeze({
  name: 'DEAD',
  subjects: ['dead.>'],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(90 * DAY_MS),
  max_bytes: 2 * GIB,
  discard: DiscardPolicy.Old,
  duplicate_window: nanos(60 * 60 * 1_000),
});

/**
 * JetStream's error codes: a stream that is not there; a name, or subjects, that another one has, or room that it seems to take a second
 * time while somebody else creates it.
 */
const STREAM_NOT_FOUND = 10059;
const TAKEN = new Set([10058, 10065, 10047]);
const CREATE_TRIES = 10;

/** Creates the streams that are missing and brings the others to these settings. Many services may do it at once. */
export async function ensureStreams(
  manager: JetStreamManager,
  specs: readonly StreamSpec[] = [INGEST, EVENTS, USAGE, DEAD],
): Promise<void> {
  for (const spec of specs) await ensureStream(manager, spec);
}

async function ensureStream(manager: JetStreamManager, spec: StreamSpec): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await updateOrAdd(manager, spec);
      return;
    } catch (error) {
      // Somebody is creating it at this moment: it is taken already and not yet there to be updated.
      const isBeingMade = error instanceof JetStreamApiError && TAKEN.has(error.code);
      if (!isBeingMade || attempt === CREATE_TRIES) throw error;
      await pause(backoff(attempt, { baseMs: 20, capMs: 200 }));
    }
  }
}

/** Hands over copies: the client writes into what it is given. */
async function updateOrAdd(manager: JetStreamManager, spec: StreamSpec): Promise<void> {
  try {
    await manager.streams.update(spec.name, { ...spec });
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND)) throw error;
    await manager.streams.add({ ...spec });
  }
}

/** The streams, made right when the service starts; they stay when it stops. */
export function createStreams(nats: NatsPart): Part {
  return { name: 'streams', start: () => ensureStreams(nats.manager), stop: async () => undefined };
}
