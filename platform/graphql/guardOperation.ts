import { visit, type DocumentNode, type GraphQLError } from 'graphql';
import { checkOperation, type AccessTable } from './access.ts';
import { forbidden } from './errors.ts';

/** Why somebody may not run an operation: the schema is for services, and everything else for who is permitted it. */
export function refusalOf(access: AccessTable, asked: Parameters<typeof checkOperation>[1]): GraphQLError | undefined {
  if (asked.identity.kind !== 'service' && asksAboutSchema(asked.document)) {
    return forbidden('Only services may ask about the schema');
  }
  return checkOperation(access, asked);
}

/** Documents are kept parsed between requests, so each is looked through once. */
const looked = new WeakMap<DocumentNode, boolean>();

function asksAboutSchema(document: DocumentNode): boolean {
  const known = looked.get(document);
  if (known !== undefined) return known;
  let asks = false;
  visit(document, {
    Field({ name: { value } }) {
      if (value === '__schema' || value === '__type' || value === '_service') asks = true;
    },
  });
  looked.set(document, asks);
  return asks;
}
