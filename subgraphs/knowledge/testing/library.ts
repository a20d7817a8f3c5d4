import { expect } from '@jest/globals';
import type { Identity } from '#platform/identity/identity.ts';
import { eventually } from '#test/stack/eventually.ts';
import type { startKnowledge } from './harness.ts';

export interface DocumentShape {
  readonly id: string;
  readonly title: string;
  readonly source: string | null;
  readonly status: string;
  readonly error: string | null;
  readonly progress: { readonly stage: string; readonly done: number; readonly total: number | null } | null;
  readonly version: number;
  readonly language: string | null;
  readonly chunkCount: number;
}
export interface DocumentConnection {
  readonly edges: readonly { readonly node: DocumentShape }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}
export interface DocumentOutcome {
  readonly document: DocumentShape | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly field: readonly string[];
    readonly message: string;
  }[];
}
export interface ImportShape {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly total: number | null;
  readonly doneCount: number;
  readonly failedCount: number;
}
export interface Hit {
  readonly text: string;
  readonly heading: string;
  readonly score: number;
  readonly document: DocumentShape;
}

const FIELDS =
  'id title source url refreshHours status error progress { stage done total } version language chunkCount updatedAt';
const OUTCOME = `document { ${FIELDS} } userErrors { code field message }`;
export const ADD = `mutation ($input: AddDocumentInput!) { addDocument(input: $input) { ${OUTCOME} } }`;
export const UPDATE = `mutation ($input: UpdateDocumentInput!) { updateDocument(input: $input) { ${OUTCOME} } }`;
export const REFRESH = `mutation ($input: RefreshDocumentInput!) { refreshDocument(input: $input) { ${OUTCOME} } }`;
export const IMPORT_FIELDS = 'id url refreshHours status error total doneCount failedCount endedAt';
export const SITEMAP = `mutation ($input: ImportSitemapInput!) { importSitemap(input: $input) {
  import { ${IMPORT_FIELDS} } userErrors { code field message } } }`;
const IMPORTS = `{ documentImports { edges { node { ${IMPORT_FIELDS} } } } }`;
export const REMOVE = `mutation ($input: RemoveDocumentInput!) { removeDocument(input: $input) {
  documentId userErrors { code field message } } }`;
export const SEARCH = `query ($query: String!, $first: Int) { searchKnowledge(query: $query, first: $first) {
  text heading score document { ${FIELDS} } } }`;
export const LIST = `query ($first: Int, $after: String, $importId: ID, $status: DocumentStatus) {
  documents(first: $first, after: $after, importId: $importId, status: $status) {
  edges { cursor node { ${FIELDS} } } pageInfo { hasNextPage endCursor } } }`;

type Service = Pick<Awaited<ReturnType<typeof startKnowledge>>, 'ask'>;

/** What people do with a company's documents, by the graph. What is refused altogether fails the test. */
export function libraryOf(service: () => Service) {
  async function ask<T>(who: Identity, query: string, variables: object): Promise<T> {
    const { data, errors } = await service().ask(who, query, variables);
    expect(errors).toEqual([]);
    return Object.values(data)[0] as T;
  }

  const library = {
    add: (who: Identity, input: object) => ask<DocumentOutcome>(who, ADD, { input }),
    update: (who: Identity, input: object) => ask<DocumentOutcome>(who, UPDATE, { input }),
    refresh: (who: Identity, id: string) => ask<DocumentOutcome>(who, REFRESH, { input: { id } }),
    importSitemap: (who: Identity, input: object) =>
      ask<{ readonly import: ImportShape | null; readonly userErrors: DocumentOutcome['userErrors'] }>(who, SITEMAP, {
        input,
      }),
    async imports(who: Identity): Promise<ImportShape[]> {
      const { edges } = await ask<{ readonly edges: readonly { readonly node: ImportShape }[] }>(who, IMPORTS, {});
      return edges.map(({ node }) => node);
    },
    /** The newest import once it has ended. */
    async imported(who: Identity, input: object): Promise<ImportShape> {
      const begun = await library.importSitemap(who, input);
      expect(begun.userErrors).toEqual([]);
      return eventually(async () => {
        const found = (await library.imports(who)).find(({ id }) => id === begun.import?.id);
        if (found?.status !== 'DONE' && found?.status !== 'FAILED') throw new Error('still under way');
        return found;
      });
    },
    remove: (who: Identity, id: string) =>
      ask<{ readonly documentId: string | null; readonly userErrors: DocumentOutcome['userErrors'] }>(who, REMOVE, {
        input: { id },
      }),
    list: (who: Identity, variables: object = {}) => ask<DocumentConnection>(who, LIST, variables),
    search: (who: Identity, query: string, first?: number) => ask<readonly Hit[]>(who, SEARCH, { query, first }),

    /** The document once the indexer is done with it. */
    async settled(who: Identity, id: string): Promise<DocumentShape> {
      return eventually(async () => {
        const found = (await library.list(who)).edges.map(({ node }) => node).find((node) => node.id === id);
        if (!found || found.status === 'QUEUED') throw new Error('still queued');
        return found;
      });
    },

    async addAndIndex(who: Identity, title: string, text: string, format = 'MARKDOWN'): Promise<string> {
      const { document } = await library.add(who, { title, text, format });
      const id = document?.id ?? '';
      expect(await library.settled(who, id)).toMatchObject({ status: 'INDEXED', error: null });
      return id;
    },
  };
  return library;
}
