import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, 'subgraphs');

/** Where `npm run compose` writes the supergraph, and where the router reads it. */
export const supergraphFile = join(import.meta.dirname, 'supergraph.graphql');

/** The checked-in SDL of one subgraph: what its service serves. A large one is a folder with a file for each area. */
export function readSubgraph(name: string): string {
  const area = join(folder, name);
  if (!existsSync(area)) return readFileSync(`${area}.graphql`, 'utf8');
  const files = readdirSync(area).filter((file) => file.endsWith('.graphql'));
  return files
    .toSorted()
    .map((file) => readFileSync(join(area, file), 'utf8'))
    .join('\n');
}

/** The checked-in SDL of every subgraph, by name. */
export function readSubgraphs(): Record<string, string> {
  const names = readdirSync(folder).map((entry) => basename(entry, '.graphql'));
  return Object.fromEntries(names.map((name) => [name, readSubgraph(name)]));
}
