import { writeFileSync } from 'node:fs';
import { compose } from './compose.ts';
import { readSubgraphs, supergraphFile } from './subgraphFiles.ts';

writeFileSync(supergraphFile, compose(readSubgraphs()));
