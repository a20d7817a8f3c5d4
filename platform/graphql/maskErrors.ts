import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

const MASKED_CODE = 'INTERNAL_SERVER_ERROR';

/** Lets errors pass that carry a code of their own; the others are logged, one that many fields met only once. */
export function maskErrors(
  errors: readonly GraphQLError[],
  formatted: readonly GraphQLFormattedError[],
  {
    requestId,
    signal,
    log,
  }: {
    readonly requestId: string;
    /** Aborts when nobody waits for the answer any more. */
    readonly signal: AbortSignal;
    readonly log: { error(facts: object, text: string): void };
  },
): GraphQLFormattedError[] {
  const unexpected = new Set<unknown>();
  const masked = errors.map((error, index) => {
    const source = unwrapResolverError(error);
    const shown = formatted[index];
    if (shown && source instanceof GraphQLError && hasOwnCode(source)) return shown;
    unexpected.add(source);
    return {
      message: `Something went wrong here; it is logged under request id ${requestId}`,
      ...(error.path && { path: error.path }),
      extensions: { code: MASKED_CODE, requestId },
    };
  });
  // What was given up fails, and there is nothing wrong with it.
  if (signal.aborted) return masked;
  for (const error of unexpected) log.error({ err: error }, 'a resolver failed');
  return masked;
}

function hasOwnCode({ extensions }: GraphQLError): boolean {
  return typeof extensions['code'] === 'string' && extensions['code'] !== MASKED_CODE;
}
