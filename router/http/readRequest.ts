import type { FastifyRequest } from 'fastify';
import { namedHash, operationRequestSchema, type OperationRequest } from '../operations/persisted.ts';

/** The request as Apollo Server takes it, with a `documentId` in the form that it knows, and what it asks for. */
export function readRequest({ method, url, body }: FastifyRequest) {
  if (method !== 'GET') {
    const asked = asOperationRequest(body);
    const hash = asked.documentId == null ? undefined : namedHash(asked);
    if (hash === undefined) return { method, search: '', body, asked };
    return {
      method,
      search: '',
      body: { ...asked, extensions: { ...asked.extensions, ...persistedQuery(hash) } },
      asked,
    };
  }
  const search = new URL(url, 'http://router').searchParams;
  return readSearch(search);
}

/** `GET /operations/{id}?variables=`: the same by an address that says what it is about, for caches. */
export function readOperationRequest(id: string, { url }: FastifyRequest) {
  const variables = new URL(url, 'http://router').searchParams.get('variables');
  return readSearch(new URLSearchParams({ documentId: id, ...(variables !== null && { variables }) }));
}

/** The same request with the text that it means, in place of the name that it gave. */
export function withText(
  { method, search, body }: HttpRequest,
  { query, operationName }: OperationRequest,
): HttpRequest {
  const named = { query: query ?? '', ...(operationName != null && { operationName }) };
  if (method !== 'GET') {
    const { documentId: _id, extensions: _extensions, ...others } = body as Record<string, unknown>;
    return { method, search, body: { ...others, ...named } };
  }
  const meant = new URLSearchParams(search);
  for (const name of ['documentId', 'extensions']) meant.delete(name);
  for (const [name, value] of Object.entries(named)) meant.set(name, value);
  return { method, search: meant.toString(), body };
}

/** As Apollo Server takes it. */
export interface HttpRequest {
  readonly method: string;
  readonly search: string;
  readonly body: unknown;
}

function readSearch(search: URLSearchParams) {
  const asked = asOperationRequest({
    query: search.get('query'),
    documentId: search.get('documentId'),
    operationName: search.get('operationName'),
    extensions: parseJson(search.get('extensions')),
  });
  const hash = asked.documentId == null ? undefined : namedHash(asked);
  if (hash !== undefined) search.set('extensions', JSON.stringify({ ...asked.extensions, ...persistedQuery(hash) }));
  return { method: 'GET', search: search.toString(), body: undefined, asked };
}

/** The request as it is asked for over a stream of events. */
export function readOperation({ method, url, body }: FastifyRequest): unknown {
  if (method !== 'GET') return body;
  const { variables, extensions, ...asked } = Object.fromEntries(new URL(url, 'http://router').searchParams);
  return {
    ...asked,
    ...(variables !== undefined && { variables: parseJson(variables) ?? variables }),
    ...(extensions !== undefined && { extensions: parseJson(extensions) ?? extensions }),
  };
}

function asOperationRequest(value: unknown): OperationRequest {
  // What does not even look like a request is refused by Apollo Server, with the right words.
  return operationRequestSchema.safeParse(value).data ?? {};
}

function persistedQuery(sha256Hash: string) {
  return { persistedQuery: { version: 1, sha256Hash } };
}

function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
