import { Kind, type FieldNode } from 'graphql';

/** Stands where a selection may not be empty: every type has it, and asking for it costs nothing. */
export const typeNameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
