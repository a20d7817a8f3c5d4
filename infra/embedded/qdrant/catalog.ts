import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { Collection } from './collection.ts';
import { type Declaration, declarationSchema, vectorParams } from './declaration.ts';
import { QdrantError } from './errors.ts';
import { syncDirectory } from './log.ts';

/** A change of aliases; all of one request take effect together. */
export type AliasAction =
  | { readonly create_alias: { readonly collection_name: string; readonly alias_name: string } }
  | { readonly delete_alias: { readonly alias_name: string } };

interface Known {
  readonly directory: string;
  readonly declaration: Declaration;
  readonly collection: Collection;
}

const fileSchema = z.strictObject({
  collections: z.record(z.string(), z.strictObject({ directory: z.uuid(), declaration: declarationSchema })),
  aliases: z.record(z.string(), z.string()),
});

/** Which collections and aliases there are: one small file, replaced atomically at each change, and a directory for each collection. */
export class Catalog {
  readonly #root: string;
  readonly #logger: Logger;
  #collections = new Map<string, Known>();
  #aliases = new Map<string, string>();
  /** Changes happen one after the other; this one is the last. It never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(root: string, logger: Logger) {
    this.#root = root;
    this.#logger = logger;
  }

  /** Creates the directory where there is none, and removes what an interrupted change left over. */
  static async open(root: string, logger: Logger): Promise<Catalog> {
    const catalog = new Catalog(root, logger);
    await mkdir(root, { recursive: true });
    const { collections, aliases } = await readCatalog(catalog.#file);
    catalog.#aliases = new Map(Object.entries(aliases));
    const used = new Set(Object.values(collections).map(({ directory }) => directory));
    for (const { name } of (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
      if (z.uuid().safeParse(name).success && !used.has(name)) await rm(join(root, name), { recursive: true });
    }
    try {
      for (const [name, { directory, declaration }] of Object.entries(collections)) {
        const collection = await Collection.open(join(root, directory), vectorParams(declaration), logger);
        catalog.#collections.set(name, { directory, declaration, collection });
      }
    } catch (error) {
      await catalog.close();
      throw error;
    }
    return catalog;
  }

  get names(): string[] {
    return [...this.#collections.keys()].toSorted();
  }

  /** Pairs of alias and collection. */
  get aliases(): [string, string][] {
    return [...this.#aliases];
  }

  has(nameOrAlias: string): boolean {
    return this.#collections.has(this.#resolve(nameOrAlias));
  }

  /** @throws QdrantError when there is neither such a collection nor such an alias. */
  get(nameOrAlias: string): { collection: Collection; declaration: Declaration } {
    const known = this.#collections.get(this.#resolve(nameOrAlias));
    if (!known) throw QdrantError.collectionNotFound(nameOrAlias);
    return known;
  }

  /** @throws QdrantError when the name is taken. */
  async create(name: string, declaration: Declaration): Promise<void> {
    await this.#exclusive(async () => {
      if (this.#collections.has(name)) throw QdrantError.collectionExists(name);
      if (this.#aliases.has(name)) throw QdrantError.aliasTaken(name);
      const directory = randomUUID();
      await mkdir(join(this.#root, directory));
      const collection = await Collection.open(join(this.#root, directory), vectorParams(declaration), this.#logger);
      const collections = new Map(this.#collections).set(name, { directory, declaration, collection });
      try {
        await this.#save(collections, this.#aliases);
      } catch (error) {
        await collection.close();
        throw error;
      }
    });
  }

  /** Resolves with false when there is no such collection. Its aliases go with it. */
  async delete(name: string): Promise<boolean> {
    return this.#exclusive(async () => {
      const known = this.#collections.get(name);
      if (!known) return false;
      const collections = new Map(this.#collections);
      collections.delete(name);
      await this.#save(collections, new Map([...this.#aliases].filter(([, collection]) => collection !== name)));
      await known.collection.close();
      await rm(join(this.#root, known.directory), { recursive: true });
      return true;
    });
  }

  /** @throws QdrantError when an action does not apply; then none of them took effect. */
  async changeAliases(actions: readonly AliasAction[]): Promise<void> {
    await this.#exclusive(async () => {
      const aliases = new Map(this.#aliases);
      for (const action of actions) {
        if ('delete_alias' in action) {
          aliases.delete(action.delete_alias.alias_name);
          continue;
        }
        const { collection_name: collection, alias_name: alias } = action.create_alias;
        if (!this.#collections.has(collection)) throw QdrantError.collectionNotFound(collection);
        if (this.#collections.has(alias)) throw QdrantError.collectionExists(alias);
        aliases.set(alias, collection);
      }
      await this.#save(this.#collections, aliases);
    });
  }

  /** Waits for the changes and writes under way. */
  async close(): Promise<void> {
    await this.#last;
    await Promise.all([...this.#collections.values()].map(async ({ collection }) => collection.close()));
  }

  get #file(): string {
    return join(this.#root, 'catalog.json');
  }

  #resolve(nameOrAlias: string): string {
    return this.#aliases.get(nameOrAlias) ?? nameOrAlias;
  }

  async #exclusive<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** On disk first: what is answered for must survive. */
  async #save(collections: Map<string, Known>, aliases: Map<string, string>): Promise<void> {
    const declared = [...collections].map(
      ([name, { directory, declaration }]) => [name, { directory, declaration }] as const,
    );
    const content = { collections: Object.fromEntries(declared), aliases: Object.fromEntries(aliases) };
    const file = await open(`${this.#file}.new`, 'w');
    try {
      await file.writeFile(JSON.stringify(content, undefined, 2));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${this.#file}.new`, this.#file);
    await syncDirectory(this.#file);
    this.#collections = collections;
    this.#aliases = aliases;
  }
}

async function readCatalog(path: string): Promise<z.infer<typeof fileSchema>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return { collections: {}, aliases: {} };
    throw error;
  }
  return fileSchema.parse(JSON.parse(text));
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
