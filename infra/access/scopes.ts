import { getOperationAST, type DocumentNode } from 'graphql';
import type { Permission } from '#platform/graphql/access.ts';
import { rootFieldsOf } from '#platform/graphql/rootFields.ts';
import { liveAccess, livePermissions } from '#router/operations/access.ts';
import { accessTables } from './tables.ts';

/** What a partner needs to run an operation, by its root fields; `closed` are those that no scope opens. */
export function scopesOfOperation(document: DocumentNode): { readonly scopes: string[]; readonly closed: string[] } {
  const operation = getOperationAST(document);
  if (!operation) return { scopes: [], closed: [] };
  const scopes = new Set<string>();
  const closed: string[] = [];
  for (const { name } of rootFieldsOf(document, operation)) {
    if (name.value.startsWith('__')) continue;
    const scope = permissionOf(operation.operation, name.value)?.scope;
    if (scope === undefined) closed.push(name.value);
    else scopes.add(scope);
  }
  return { scopes: [...scopes].toSorted(), closed };
}

function permissionOf(type: 'query' | 'mutation' | 'subscription', field: string): Permission | undefined {
  if (type === 'subscription') {
    const name = liveAccess[field];
    return name === undefined ? undefined : livePermissions[name];
  }
  for (const table of Object.values(accessTables)) {
    const name = table[type][field];
    if (name !== undefined) return table.permissions[name];
  }
  return undefined;
}
