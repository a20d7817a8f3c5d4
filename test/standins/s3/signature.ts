import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Whether a request is signed by AWS Signature Version 4 with these credentials, its body included.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function isSigned(request: IncomingMessage, body: Buffer, credentials: Credentials): boolean {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  const [, keyId, date = '', region = '', signedHeaders = '', signature] = authorization ?? [];
  const payloadHash = String(request.headers['x-amz-content-sha256']);
  // What is streamed is not known when its headers are signed: S3 takes it without.
  const isWhole = payloadHash === 'UNSIGNED-PAYLOAD' || payloadHash === sha256(body);
  if (keyId !== credentials.accessKeyId || !isWhole) return false;
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => signedHeaders.split(';').includes(name))) {
    return false;
  }
  const canonical = canonicalRequest(request, signedHeaders.split(';'), payloadHash);
  const time = String(request.headers['x-amz-date']);
  const toSign = ['AWS4-HMAC-SHA256', time, `${date}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  let key: Buffer = Buffer.from(`AWS4${credentials.secretAccessKey}`);
  for (const step of [date, region, 's3', 'aws4_request']) key = hmac(key, step);
  return hmac(key, toSign).toString('hex') === signature;
}

function canonicalRequest(request: IncomingMessage, signedHeaders: readonly string[], payloadHash: string): string {
  const url = new URL(request.url ?? '/', 'http://s3');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join('&');
  const headers = signedHeaders.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  return [request.method, url.pathname, query, headers, signedHeaders.join(';'), payloadHash].join('\n');
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
