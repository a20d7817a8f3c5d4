import { fileURLToPath } from 'node:url';

/** A bucket of S3, or of a server that speaks its language. */
export interface BucketAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Reads where files are kept: `file:///directory`, or `s3://KEY:SECRET@host:port/bucket` with `?region=...` (`us-east-1`) and
 * `?tls=false`. Undefined when it is neither.
 */
export function filesAddress(text: string): { readonly directory: string } | BucketAddress | undefined {
  const url = URL.parse(text);
  try {
    if (url?.protocol === 'file:' && url.host === '') return { directory: fileURLToPath(url) };
    return url?.protocol === 's3:' ? bucketAddress(url) : undefined;
  } catch {
    // What is escaped in a way that stands for nothing.
    return undefined;
  }
}

function bucketAddress({ pathname, username, password, host, searchParams }: URL): BucketAddress | undefined {
  const bucket = /^\/([\w.-]+)\/?$/.exec(pathname)?.[1];
  const tls = searchParams.get('tls') ?? 'true';
  if (bucket === undefined || !username || !password || !host || !['true', 'false'].includes(tls)) return undefined;
  return {
    endpoint: `${tls === 'true' ? 'https' : 'http'}://${host}`,
    region: searchParams.get('region') ?? 'us-east-1',
    bucket,
    accessKeyId: decodeURIComponent(username),
    secretAccessKey: decodeURIComponent(password),
  };
}
