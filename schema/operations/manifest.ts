import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getOperationAST, parse, print } from 'graphql';
import { z } from 'zod';

/** Apollo's persisted-query manifest, version 1. */
const manifestSchema = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      /** SHA-256 of the body, in hex: what clients send instead of the body. */
      id: z.string().regex(/^[0-9a-f]{64}$/),
      name: z.string().min(1),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string().min(1),
    }),
  ),
});
export type Manifest = z.output<typeof manifestSchema>;

/** Where `npm run operations` writes the manifest. */
const manifestFile = join(import.meta.dirname, 'manifest.json');

/** A file under schema/operations does not hold exactly one operation with a name of its own. */
export class OperationFileError extends Error {
  readonly code = 'OPERATION_FILE_INVALID';

  static notOneNamedOperation(file: string): OperationFileError {
    return new OperationFileError(
      `${file} must hold exactly one operation, with a name: clients are told apart by it.`,
    );
  }

  static nameTaken(file: string, name: string): OperationFileError {
    return new OperationFileError(`${file} holds an operation ${name}, and another file does too: rename one of them.`);
  }
}

/** The text of every operation in a folder beside this file, by file name. */
export function readOperations(folder: 'registered' | 'examples'): ReadonlyMap<string, string> {
  const path = join(import.meta.dirname, folder);
  const files = readdirSync(path).filter((file) => file.endsWith('.graphql'));
  return new Map(files.toSorted().map((file) => [file, readFileSync(join(path, file), 'utf8')]));
}

/**
 * Registers operations: each body is printed anew, so that neither indentation nor comments change its id.
 *
 * @throws OperationFileError when a file holds no, several or unnamed operations, or one whose name another has.
 */
export function buildManifest(operations: ReadonlyMap<string, string>): Manifest {
  const names = new Set<string>();
  return {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [...operations].map(([file, text]) => {
      const document = parse(text);
      const operation = getOperationAST(document);
      if (!operation?.name) throw OperationFileError.notOneNamedOperation(file);
      if (names.has(operation.name.value)) throw OperationFileError.nameTaken(file, operation.name.value);
      names.add(operation.name.value);
      const body = print(document);
      const id = createHash('sha256').update(body).digest('hex');
      return { id, name: operation.name.value, type: operation.operation, body };
    }),
  };
}

/** Checks it in. */
export function writeManifest(manifest: Manifest): void {
  writeFileSync(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The checked-in manifest. */
export function readManifest(): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8')));
}
