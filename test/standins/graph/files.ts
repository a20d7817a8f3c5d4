import { createHash, randomUUID } from 'node:crypto';

export interface GivenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export interface KeptFile extends GivenFile {
  /** WhatsApp's media id. */
  readonly id: string;
  readonly sha256: string;
}

export interface Files {
  add(file: GivenFile): KeptFile;
  find(id: string): KeptFile | undefined;
}

/** Bytes; the newest files are kept. */
const MAX_KEPT = 64 * 1024 * 1024;

export function createFiles(): Files {
  const files = new Map<string, KeptFile>();
  let kept = 0;

  return {
    add(file) {
      const id = String(BigInt(`0x${randomUUID().slice(0, 13).replaceAll('-', '')}`));
      const sha256 = createHash('sha256').update(file.bytes).digest('hex');
      const keptFile = { ...file, id, sha256 };
      files.set(id, keptFile);
      kept += file.bytes.length;
      for (const [oldId, { bytes }] of files) {
        if (kept <= MAX_KEPT || oldId === id) break;
        files.delete(oldId);
        kept -= bytes.length;
      }
      return keptFile;
    },
    find: (id) => files.get(id),
  };
}
