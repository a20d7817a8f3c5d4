import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, 'subgraphs');

/** Where `npm run compose` writes the supergraph, and where the router reads it. */
export const supergraphFile = join(import.meta.dirname, 'supergraph.graphql');

/** The checked-in SDL of one subgraph: what its service serves. */
export function readSubgraph(name: string): string {
  return readFileSync(join(folder, `${name}.graphql`), 'utf8');
}

/** The checked-in SDL of every subgraph, by name. */
export function readSubgraphs(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.graphql'))
      .map((file) => basename(file, '.graphql'))
      .map((name) => [name, readSubgraph(name)]),
  );
}
