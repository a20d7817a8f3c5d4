import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { FileStoreError } from './errors.ts';
import { assertFileKey } from './fileKey.ts';
import type { BucketAddress } from './filesAddress.ts';
import type { FileStore } from './fileStore.ts';

const CONNECT_LIMIT_MS = 3_000;
/** Without a byte in either direction. */
const SILENCE_LIMIT_MS = 15_000;

/** Files in a bucket. */
export function createBucketStore(address: BucketAddress): FileStore {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = address;
  const unavailable = (cause: unknown) => FileStoreError.unavailable(`the bucket ${bucket} at ${endpoint}`, cause);
  let client: S3Client | undefined;

  function connect(): S3Client {
    return new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      // Only Amazon has a name for every bucket.
      forcePathStyle: true,
      // The newer checksums are Amazon's own: several other servers refuse them.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_LIMIT_MS, socketTimeout: SILENCE_LIMIT_MS },
    });
  }

  /** The work with a client; a failure is said in our own words. */
  async function withClient<T>(work: (open: S3Client) => Promise<T>): Promise<T> {
    if (!client) throw unavailable(new Error('the store is not started'));
    try {
      return await work(client);
    } catch (error) {
      throw unavailable(error);
    }
  }

  return {
    name: 'files',
    async put(key, bytes, { contentType }) {
      assertFileKey(key);
      await withClient((open) =>
        open.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType })),
      );
    },
    async putFile(key, path, { contentType }) {
      assertFileKey(key);
      await withClient(async (open) => {
        const { size } = await stat(path);
        const Body = createReadStream(path);
        await open.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentLength: size, ContentType: contentType }),
        );
      });
    },
    async get(key, range) {
      assertFileKey(key);
      const Range = range && `bytes=${String(range.start)}-${String(range.end)}`;
      return withClient(async (open) => {
        const found = await open
          .send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }))
          .catch((error: unknown) => {
            if (error instanceof NoSuchKey) return undefined;
            throw error;
          });
        if (!found) return undefined;
        const { Body: stream, ContentLength: size } = found;
        if (!(stream instanceof Readable) || size === undefined) throw new Error('an answer without a body');
        return { stream, size };
      });
    },
    async delete(key) {
      assertFileKey(key);
      await withClient((open) => open.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    },
    async start() {
      client = connect();
      await withClient((open) => open.send(new HeadBucketCommand({ Bucket: bucket })));
    },
    async stop() {
      client?.destroy();
      client = undefined;
    },
  };
}
