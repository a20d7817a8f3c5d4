import { setImmediate } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from '#platform/logging/logger.ts';
import type { Metrics } from '#platform/metrics/metrics.ts';
import type { OperationSource } from '../execution/prepareOperation.ts';
import type { GraphVersion } from './graphVersion.ts';
import type { GraphSnapshot } from './snapshot.ts';

/** The graph as it is now. Who begins something takes the version of that moment and stays with it. */
export interface Graph {
  readonly version: GraphVersion;
  /** The version whose schema this is: the one of now, or one that somebody began with. */
  versionOf(schema: GraphQLSchema): GraphVersion;
  /**
   * Puts another supergraph in the place of this one, when its plans are ready. Nothing happens when it is the same.
   *
   * @throws whatever is wrong with it; then everything stays as it is.
   */
  replace(sdl: string): Promise<void>;
  /** Told of every new version, from the moment on that it is the graph's. */
  onReplaced(listener: (version: GraphVersion) => void): () => void;
}

/** More are planned when they come: what was asked for before all of these may never be again. */
const MOST_WARMED = 1_000;

/**
 * @param options.open Makes a version of a supergraph's SDL, to take the place of the one of now, and throws when it cannot.
 * @param options.registered The texts of the operations that are planned for, whoever asks.
 * @throws whatever is wrong with the SDL.
 */
export function createGraph(options: {
  readonly sdl: string;
  readonly open: (sdl: string, now?: GraphSnapshot) => GraphVersion;
  readonly registered: readonly string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Graph {
  const { open, registered, logger } = options;
  const versions = new WeakMap<GraphQLSchema, GraphVersion>();
  const listeners = new Set<(version: GraphVersion) => void>();
  const replacements = options.metrics.counter(
    'switchboard_router_supergraphs_total',
    'Supergraphs that were to take the place of another',
    ['outcome'],
  );
  let version = remember(open(options.sdl));
  let replacing: Promise<void> = Promise.resolve();

  function remember(opened: GraphVersion): GraphVersion {
    versions.set(opened.snapshot.schema, opened);
    return opened;
  }

  /** Plans what will be asked for, a little at a time: requests go on meanwhile. */
  async function warm(next: GraphVersion): Promise<number> {
    let invalid = 0;
    // The newest last, as they are remembered.
    const recent = version.recent().slice(0, MOST_WARMED).toReversed();
    const wanted = [...registered.map((text) => ({ text, operationName: undefined })), ...recent.map(textOf)];
    for (const { text, operationName } of wanted) {
      try {
        next.prepare({ ...next.documents.read(text), operationName });
      } catch {
        // Who asks for it will be told why.
        invalid += 1;
      }
      await setImmediate();
    }
    return invalid;
  }

  async function replaceNow(sdl: string): Promise<void> {
    if (sdl === version.snapshot.sdl) return;
    let next: GraphVersion;
    try {
      next = remember(open(sdl, version.snapshot));
    } catch (error) {
      replacements.inc({ outcome: 'refused' });
      throw error;
    }
    const invalid = await warm(next);
    version = next;
    for (const listener of listeners) listener(next);
    replacements.inc({ outcome: 'taken' });
    logger.info({ invalid }, 'the graph has a new supergraph');
  }

  return {
    get version() {
      return version;
    },
    versionOf: (schema) => versions.get(schema) ?? version,
    replace(sdl) {
      const replaced = replacing.then(() => replaceNow(sdl));
      replacing = replaced.catch(() => undefined);
      return replaced;
    },
    onReplaced(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function textOf({ document, operationName }: OperationSource) {
  return { text: document.loc?.source.body ?? '', operationName };
}
