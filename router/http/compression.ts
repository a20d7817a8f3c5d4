import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** A smaller answer fits into a packet or two as it is. */
const LEAST_BYTES = 2_048;
/** Half as large again as the best there is, in a tenth of its time. */
const BROTLI_QUALITY = 4;

/**
 * A text as a client takes it: compressed when that pays and the client can read it. Runs beside the event loop.
 *
 * @param accepted The `accept-encoding` header.
 */
export async function compress(
  text: string,
  accepted: string | undefined,
): Promise<{ readonly body: string | Buffer; readonly encoding?: 'br' | 'gzip' }> {
  const encoding = Buffer.byteLength(text) < LEAST_BYTES ? undefined : chosen(accepted);
  switch (encoding) {
    case 'br':
      return { body: await brotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }), encoding };
    case 'gzip':
      return { body: await zip(text), encoding };
    case undefined:
      return { body: text };
  }
}

/** Of those that the client likes best, the one that makes it smallest. */
function chosen(accepted = ''): 'br' | 'gzip' | undefined {
  const weights = new Map(
    accepted.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
      const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight)] as const;
    }),
  );
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0;
  const [br, gz] = [weightOf('br'), weightOf('gzip')];
  if (br > 0 && br >= gz) return 'br';
  return gz > 0 ? 'gzip' : undefined;
}
