import type { IncomingHttpHeaders } from 'node:http';

/**
 * The key that a client of ClickHouse's shows: as the password of its user, in whichever of the ways that clients have. Not in an address, which ends
 * up in logs.
 */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['x-clickhouse-key'];
  if (typeof key === 'string' && key !== '') return key;
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(/ +/);
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value === '' ? undefined : value;
    case 'basic':
      return passwordOf(value);
    default:
      return undefined;
  }
}

function passwordOf(encoded: string): string | undefined {
  const decoded = Buffer.from(encoded, 'base64').toString();
  const colon = decoded.indexOf(':');
  return colon === -1 || colon === decoded.length - 1 ? undefined : decoded.slice(colon + 1);
}
