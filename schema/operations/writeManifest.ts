import { writeFileSync } from 'node:fs';
import { buildManifest, manifestFile, readOperations } from './manifest.ts';

writeFileSync(manifestFile, `${JSON.stringify(buildManifest(readOperations('registered')), null, 2)}\n`);
