/** `similarity.wat`, compiled; a test compares the two. */
export const compiledSimilarity =
  'AGFzbQEAAAABFANgBn9/f39/fwBgAXsBf2ABewF9AhEBBWluZGV4Bm1lbW9yeQIAAQMGBQAAAAECBxwDBGRvdHMAAAlkaXN0YW5jZXMAAQ' +
  'Vjb2RlcwACCq4EBZABAgN/AXsgACACaiEIAkADQCAERQ0BIAEgAygCACACbGohBiAAIQf9DAAAAAAAAAAAAAAAAAAAAAAhCQJAA0AgByAI' +
  'Tw0BIAkgBv0ABAAgB/0ABAD95gH95AEhCSAGQRBqIQYgB0EQaiEHDAALCyAFIAkQBDgCACADQQRqIQMgBUEEaiEFIARBAWshBAwACwsLmg' +
  'ECA38CeyAAIAJqIQgCQANAIARFDQEgASADKAIAIAJsaiEGIAAhB/0MAAAAAAAAAAAAAAAAAAAAACEJAkADQCAHIAhPDQEgBv0ABAAgB/0A' +
  'BAD95QEhCiAJIAogCv3mAf3kASEJIAZBEGohBiAHQRBqIQcMAAsLIAUgCRAEkTgCACADQQRqIQMgBUEEaiEFIARBAWshBAwACwsLyQECA3' +
  '8DeyAAIAJBAXRqIQgCQANAIARFDQEgASADKAIAIAJsaiEGIAAhB/0MAAAAAAAAAAAAAAAAAAAAACEK/QwAAAAAAAAAAAAAAAAAAAAAIQsC' +
  'QANAIAcgCE8NASAG/QAEACEJIAogCf2HASAH/QAEAP26Af2uASEKIAsgCf2IASAH/QAEEP26Af2uASELIAZBEGohBiAHQSBqIQcMAAsLIA' +
  'UgCiAL/a4BEAOyOAIAIANBBGohAyAFQQRqIQUgBEEBayEEDAALCwsZACAA/RsAIAD9GwFqIAD9GwIgAP0bA2pqCxkAIAD9HwAgAP0fAZIg' +
  'AP0fAiAA/R8DkpIL';

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
  /** Of rows of bytes, with a query of numbers of two bytes. */
  readonly codes: Score;
}

let module: WebAssembly.Module | undefined;

/** The comparison of vectors in a memory. JavaScript multiplies one number at a time; this takes several. */
export function similarityIn(memory: WebAssembly.Memory): Similarity {
  module ??= new WebAssembly.Module(Buffer.from(compiledSimilarity, 'base64'));
  return new WebAssembly.Instance(module, { index: { memory } }).exports as unknown as Similarity;
}
