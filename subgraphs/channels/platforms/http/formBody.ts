import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

/** A file in a form. */
export interface FormFile {
  readonly field: string;
  readonly name: string;
  readonly mimeType: string | null;
  /** Read to its end or destroyed by the form. */
  readonly stream: Readable;
  /** Bytes; null when it shows at the end. */
  readonly size: number | null;
}

/** A form as the body of a request, of which the file is read as it goes out. */
export interface FormBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: Readable;
  /** Whether all of it was given out. What was not has no end, and nobody can take it for a form. */
  isComplete(): boolean;
  /** Why the file could not be read, when that was what stopped it. */
  trouble(): unknown;
}

/** @param stopping Ends it, unless it is complete. */
export function formBody(fields: Readonly<Record<string, string>>, file: FormFile, stopping?: AbortSignal): FormBody {
  const boundary = `switchboard-${randomUUID()}`;
  const type = file.mimeType ?? 'application/octet-stream';
  const head = Buffer.from(
    Object.entries(fields)
      .map(([name, value]) => `--${boundary}\r\n${disposition(name)}\r\n\r\n${value}\r\n`)
      .join('')
      .concat(`--${boundary}\r\n${disposition(file.field, file.name)}\r\ncontent-type: ${type}\r\n\r\n`),
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  let complete = false;
  let trouble: unknown;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield head;
    try {
      for await (const chunk of file.stream as AsyncIterable<Uint8Array>) {
        stopping?.throwIfAborted();
        yield chunk;
      }
    } catch (error) {
      trouble = error;
      throw error;
    }
    complete = true;
    yield tail;
  }

  const stream = Readable.from(chunks(), { objectMode: false });
  // Also when nobody comes to read it, and until then its failure is nobody's.
  stream.once('close', () => file.stream.destroy());
  file.stream.on('error', () => undefined);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...(file.size !== null && { 'content-length': String(head.length + file.size + tail.length) }),
    },
    stream,
    isComplete: () => complete,
    trouble: () => trouble,
  };
}

/** Names as browsers write them: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
function disposition(name: string, fileName?: string): string {
  const of = `content-disposition: form-data; name="${quoted(name)}"`;
  return fileName === undefined ? of : `${of}; filename="${quoted(fileName)}"`;
}

function quoted(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}
