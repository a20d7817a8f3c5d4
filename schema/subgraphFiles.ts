import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, 'subgraphs');

/** Where `npm run compose` writes the supergraph, and where the router reads it. */
export const supergraphFile = join(import.meta.dirname, 'supergraph.graphql');

/** The checked-in SDL of every subgraph, by name. */
export function readSubgraphs(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.graphql'))
      .map((file) => [basename(file, '.graphql'), readFileSync(join(folder, file), 'utf8')]),
  );
}
