import { createHash } from 'node:crypto';
import { getOperationAST, GraphQLError, Kind, parse, print, visit, type DocumentNode } from 'graphql';
import { z } from 'zod';

/** An operation as the tools of who calls it name it. */
export interface ClientOperation {
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly body: string;
}

/** A file does not hold operations in any form that is known here. */
export class ClientOperationsError extends Error {
  readonly code = 'OPERATIONS_UNREADABLE';

  static unknownForm(): ClientOperationsError {
    return new ClientOperationsError(
      "This is neither Apollo's persisted-query manifest, nor Relay's map of ids to texts, nor GraphQL.",
    );
  }

  static notOneNamed(id: string): ClientOperationsError {
    return new ClientOperationsError(`${id} has to be exactly one operation, with a name: calls are told apart by it.`);
  }

  static notGraphql(id: string, cause: GraphQLError): ClientOperationsError {
    return new ClientOperationsError(`${id} is no GraphQL: ${cause.message}`, { cause });
  }

  static idTwice(id: string): ClientOperationsError {
    return new ClientOperationsError(`The id ${id} stands for two operations: give each its own.`);
  }
}

const apolloManifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});
/** What relay-compiler writes with `persistConfig.file`. */
const relayMap = z.record(z.string(), z.string());

/**
 * Reads what client tools write: Apollo's manifest, Relay's map, or plain GraphQL, of which each operation gets the SHA-256 of its
 * printed text as its id, with the fragments that it spreads.
 *
 * @throws ClientOperationsError
 */
export function readClientOperations(text: string): ClientOperation[] {
  const operations = /^\s*\{\s*"/.test(text) ? fromJson(text) : fromGraphql(text);
  const seen = new Set<string>();
  for (const { id } of operations) {
    if (seen.has(id)) throw ClientOperationsError.idTwice(id);
    seen.add(id);
  }
  return operations;
}

function fromJson(text: string): ClientOperation[] {
  const json = parseJson(text);
  const manifest = apolloManifest.safeParse(json);
  if (manifest.success) return manifest.data.operations.map(({ id, body }) => operationOf(id, body));
  const map = relayMap.safeParse(json);
  if (map.success) return Object.entries(map.data).map(([id, body]) => operationOf(id, body));
  throw ClientOperationsError.unknownForm();
}

function fromGraphql(text: string): ClientOperation[] {
  const document = parsed('The file', text);
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length === 0) throw ClientOperationsError.unknownForm();
  return operations.map((operation) => {
    const spread = new Set<string>();
    collectSpreads(operation, fragments, spread);
    const definitions = [operation, ...[...fragments].filter(([name]) => spread.has(name)).map(([, one]) => one)];
    const body = print({ kind: Kind.DOCUMENT, definitions });
    return operationOf(createHash('sha256').update(body).digest('hex'), body);
  });
}

/** The names of the fragments that a definition spreads, and of those that these do. */
function collectSpreads(
  definition: DocumentNode['definitions'][number],
  fragments: ReadonlyMap<string, DocumentNode['definitions'][number]>,
  spread: Set<string>,
): void {
  visit(definition, {
    FragmentSpread({ name: { value } }) {
      const fragment = fragments.get(value);
      if (!fragment || spread.has(value)) return;
      spread.add(value);
      collectSpreads(fragment, fragments, spread);
    },
  });
}

function operationOf(id: string, body: string): ClientOperation {
  const operation = getOperationAST(parsed(id, body));
  if (!operation?.name) throw ClientOperationsError.notOneNamed(id);
  return { id, name: operation.name.value, type: operation.operation, body };
}

function parsed(what: string, text: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) throw ClientOperationsError.notGraphql(what, error);
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw ClientOperationsError.unknownForm();
  }
}
