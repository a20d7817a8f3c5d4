import { testQdrant } from './qdrant.ts';

/** A Qdrant to hold to the contract, which may hold others' collections. */
export interface QdrantTarget {
  readonly url: string;
  close(): Promise<void>;
}

/** The Qdrant at `QDRANT_URL`, or without it an embedded one of the suite's own. */
export async function qdrantTarget(): Promise<QdrantTarget> {
  const url = process.env['QDRANT_URL'];
  return url ? { url: url.replace(/\/$/, ''), close: async () => undefined } : testQdrant();
}
