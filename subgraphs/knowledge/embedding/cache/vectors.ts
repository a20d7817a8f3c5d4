import { createHash } from 'node:crypto';

/** What is remembered of a text, by {@link hashOf}. */
export type Vectors = ReadonlyMap<string, Float32Array>;

/** Where vectors of one model are remembered: each company's for itself. */
export interface VectorLayer {
  readonly name: 'memory' | 'redis' | 'postgres';
  read(companyId: string, hashes: readonly string[]): Promise<Vectors>;
  /** @param documents Of what document's passage a vector is, by hash; those of questions are not in it. */
  write(companyId: string, vectors: Vectors, documents: ReadonlyMap<string, string>): Promise<void>;
}

/** So long in memory and in Redis: what is erased is not known there any more after it. */
export const SHORT_MEMORY_MS = 60 * 60_000;

/** By what a text is known wherever its words do not have to be. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

export function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** @returns undefined for what is no vector of so many dimensions. */
export function vectorFrom(bytes: Buffer, dimensions: number): Float32Array | undefined {
  if (bytes.byteLength !== dimensions * Float32Array.BYTES_PER_ELEMENT) return undefined;
  // A copy: the bytes may stand anywhere in a buffer that is others' too.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
