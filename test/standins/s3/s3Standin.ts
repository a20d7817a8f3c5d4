import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Part } from '#platform/lifecycle/part.ts';
import { createLocalServer } from '../localServer.ts';
import { isSigned, type Credentials } from './signature.ts';

/** What goes wrong with the next requests. */
export type S3Fault =
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** The connection breaks before the answer. */
  | { readonly kind: 'drop' };

export interface S3Standin extends Part {
  /** `s3://KEY:SECRET@host:port/bucket?tls=false`; throws before the start. */
  url(): string;
  /** The types of what is kept, by key. */
  contentTypes(): ReadonlyMap<string, string>;
  /** Lets the next `times` requests fail. */
  fail(times: number, fault: S3Fault): void;
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string;
}

const BUCKET = 'files';
const credentials: Credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'not+a/real secret' };

/** A local server that behaves like S3 in what a file store uses of it: one bucket, objects, ranges, signatures. */
export function createS3Standin(): S3Standin {
  const objects = new Map<string, StoredObject>();
  const faults: S3Fault[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const fault = faults.shift();
    if (fault?.kind === 'drop') {
      request.socket.destroy();
      return;
    }
    if (fault) return refuse(response, fault.status, fault.code);
    if (!isSigned(request, body, credentials)) return refuse(response, 403, 'SignatureDoesNotMatch');
    const [, bucket, ...steps] = new URL(request.url ?? '/', 'http://s3').pathname.split('/');
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket');
    return serve(steps.map(decodeURIComponent).join('/'), request, response, body);
  }

  function serve(key: string, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    if (request.method === 'HEAD' && key === '') return void response.writeHead(200).end();
    if (request.method === 'PUT') {
      objects.set(key, { bytes: body, contentType: request.headers['content-type'] ?? '' });
      return void response.writeHead(200).end();
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      return void response.writeHead(204).end();
    }
    const found = objects.get(key);
    if (!found) return refuse(response, 404, 'NoSuchKey');
    return send(found, request.headers.range, response);
  }

  const server = createLocalServer({ name: 'S3 stand-in', host: '127.0.0.1', port: 0, answer });
  return {
    ...server,
    url() {
      const { accessKeyId, secretAccessKey } = credentials;
      const { host } = new URL(server.url());
      return `s3://${accessKeyId}:${encodeURIComponent(secretAccessKey)}@${host}/${BUCKET}?tls=false`;
    },
    contentTypes: () => new Map([...objects].map(([key, { contentType }]) => [key, contentType])),
    fail(times, fault) {
      faults.push(...Array.from({ length: times }, () => fault));
    },
  };
}

function send({ bytes, contentType }: StoredObject, range: string | undefined, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (first === undefined) {
    response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes);
    return;
  }
  const part = bytes.subarray(Number(first), Number(last) + 1);
  response
    .writeHead(206, {
      'content-type': contentType,
      'content-length': part.length,
      'content-range': `bytes ${first}-${String(last)}/${String(bytes.length)}`,
    })
    .end(part);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
}
