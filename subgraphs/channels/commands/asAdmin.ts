import { forbidden } from '#platform/graphql/errors.ts';
import type { Identity } from '#platform/identity/identity.ts';

export interface Admin {
  readonly companyId: string;
  readonly actor: { readonly kind: 'agent'; readonly id: string };
}

/** @throws GraphQLError `FORBIDDEN` for everybody but admins: whoever has an account's token can write in the company's name. */
export function adminOf(identity: Identity): Admin {
  if (identity.kind !== 'agent' || identity.role !== 'ADMIN') {
    throw forbidden('Only an admin can do this: ask one of your company.');
  }
  return { companyId: identity.companyId, actor: { kind: 'agent', id: identity.agentId } };
}
