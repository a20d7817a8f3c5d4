/** The version of incremental delivery that Apollo's and other clients speak. */
const DEFER_SPEC = '20220824';

export const MULTIPART = `multipart/mixed; boundary="-"; deferSpec=${DEFER_SPEC}`;

const DELIMITER = '\r\n---';
const HEADERS = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';
/** After a delimiter: there are no more. */
const CLOSE = '--\r\n';

/** Whether a client takes an answer in parts, in the form that this router sends. */
export function takesParts(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((one) => one.trim().toLowerCase());
    if (type !== 'multipart/mixed') return false;
    const valueOf = (name: string) => parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const spec = valueOf('deferspec')?.replaceAll('"', '');
    return (spec === undefined || spec === DEFER_SPEC) && Number(valueOf('q') ?? 1) > 0;
  });
}

/**
 * Answers in JSON as the parts of one body, each ended as soon as it is there: a client need not wait for the next to know.
 * https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md
 */
export async function* multipart(first: string, later: AsyncIterable<string>): AsyncGenerator<string> {
  yield DELIMITER + HEADERS + first + DELIMITER;
  for await (const answer of later) yield HEADERS + answer + DELIMITER;
  yield CLOSE;
}
