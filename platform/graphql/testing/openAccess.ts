import { Kind, parse, type ObjectTypeDefinitionNode, type ObjectTypeExtensionNode } from 'graphql';
import type { AccessTable } from '../access.ts';

/** A table for a subgraph in which access is not what is tried: everything is for every agent and every partner with `read`. */
export function openAccess(sdl: string, visitors: readonly string[] = []): AccessTable {
  const permissions = {
    open: { roles: ['AGENT', 'SUPERVISOR', 'ADMIN'], scope: 'read' },
    chat: { roles: ['AGENT', 'SUPERVISOR', 'ADMIN'], visitors: true },
  } as const;
  const permission = (name: string) => [name, visitors.includes(name) ? 'chat' : 'open'] as const;
  const types = parse(sdl).definitions.filter(
    (one): one is ObjectTypeDefinitionNode | ObjectTypeExtensionNode =>
      one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
  const fieldsOf = (type: string) =>
    types
      .filter(({ name }) => name.value === type)
      .flatMap(({ fields = [] }) => fields.map(({ name }) => permission(name.value)));
  const entities = types.filter(({ directives = [] }) => directives.some(({ name }) => name.value === 'key'));
  return {
    permissions,
    query: Object.fromEntries(fieldsOf('Query')),
    mutation: Object.fromEntries(fieldsOf('Mutation')),
    types: Object.fromEntries(entities.map(({ name }) => permission(name.value))),
  };
}
