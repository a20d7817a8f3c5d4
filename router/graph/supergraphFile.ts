import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Part } from '#platform/lifecycle/part.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Graph } from './graph.ts';

/** A supergraph in a file, which is read again when it changes. */
export interface SupergraphFile extends Part {
  /** Reads it now. Never rejects: a supergraph that cannot be the router's is told in the log, and the one before stays. */
  reload(): Promise<void>;
}

/** Looking at a file costs nothing, and works where changes are not told: on mounted volumes, behind symbolic links. */
const LOOK_EVERY_MS = 1_000;

export function watchSupergraphFile(path: string, graph: Graph, logger: Logger): SupergraphFile {
  async function reload(): Promise<void> {
    try {
      await graph.replace(await readFile(path, 'utf8'));
    } catch (error) {
      logger.error({ err: error, path }, 'the new supergraph is refused, and the one before stays');
    }
  }
  const onChange = () => void reload();

  return {
    name: 'supergraph',
    reload,
    async start() {
      watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, onChange);
      // It may have changed since the router was made.
      await reload();
    },
    stop: async () => unwatchFile(path, onChange),
  };
}

/** Reads it anew when this process gets SIGHUP. */
export function reloadOnSignal({ reload }: Pick<SupergraphFile, 'reload'>): Part {
  const onSignal = () => void reload();
  return {
    name: 'reload on SIGHUP',
    start: async () => void process.on('SIGHUP', onSignal),
    stop: async () => void process.off('SIGHUP', onSignal),
  };
}
