import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { evaluateCollection } from './knowledge/evaluateCollection.ts';
import { reembedAll } from './knowledge/reembedAll.ts';

const usage = `npm run --silent knowledge -- evaluate FOLDER   indexes a collection in BEIR's layout (corpus.jsonl, queries.jsonl,
                                                qrels/test.tsv) and prints what searches find in it
npm run --silent knowledge -- reembed           brings the passages of every company to the model of EMBEDDINGS_*`;

const { env } = process;
const { positionals } = parseArgs({ allowPositionals: true });
const [action, folder] = positionals;
try {
  if (action === 'evaluate' && folder !== undefined) {
    process.stdout.write(`${await evaluateCollection(resolve(env['INIT_CWD'] ?? '.', folder), env)}\n`);
  } else if (action === 'reembed') {
    process.stdout.write(`${await reembedAll(env)}\n`);
  } else {
    throw new Error(usage);
  }
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
