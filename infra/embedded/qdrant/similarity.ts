/** `similarity.wat`, compiled; a test compares the two. */
export const compiledSimilarity =
  'AGFzbQEAAAABDwJgBn9/f39/fwBgAXsBfQIRAQVpbmRleAZtZW1vcnkCAAEDBAMAAAEHFAIEZG90cwAACWRpc3RhbmNlcwABCskC' +
  'A5ABAgN/AXsgACACaiEIAkADQCAERQ0BIAEgAygCACACbGohBiAAIQf9DAAAAAAAAAAAAAAAAAAAAAAhCQJAA0AgByAITw0BIAkg' +
  'Bv0ABAAgB/0ABAD95gH95AEhCSAGQRBqIQYgB0EQaiEHDAALCyAFIAkQAjgCACADQQRqIQMgBUEEaiEFIARBAWshBAwACwsLmgEC' +
  'A38CeyAAIAJqIQgCQANAIARFDQEgASADKAIAIAJsaiEGIAAhB/0MAAAAAAAAAAAAAAAAAAAAACEJAkADQCAHIAhPDQEgBv0ABAAg' +
  'B/0ABAD95QEhCiAJIAogCv3mAf3kASEJIAZBEGohBiAHQRBqIQcMAAsLIAUgCRACkTgCACADQQRqIQMgBUEEaiEFIARBAWshBAwA' +
  'CwsLGQAgAP0fACAA/R8BkiAA/R8CIAD9HwOSkgs=';

/** Writes for each slot how near its row is to the query. All are addresses, sizes and counts of {@link similarityIn}'s memory. */
export type Score = (
  query: number,
  matrix: number,
  bytes: number,
  slots: number,
  count: number,
  scores: number,
) => void;

export interface Similarity {
  readonly dots: Score;
  readonly distances: Score;
}

let module: WebAssembly.Module | undefined;

/** The comparison of vectors in a memory. JavaScript multiplies one number at a time; this takes four. */
export function similarityIn(memory: WebAssembly.Memory): Similarity {
  module ??= new WebAssembly.Module(Buffer.from(compiledSimilarity, 'base64'));
  return new WebAssembly.Instance(module, { index: { memory } }).exports as unknown as Similarity;
}
