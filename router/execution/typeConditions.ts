import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Data } from './merge.ts';

/** Whether an object that a subgraph answered is of a type, by its `__typename`; undefined when it says none. */
export type IsOfType = (object: Data, typeName: string) => boolean | undefined;

/**
 * A subgraph that has an interface as an object (`@interfaceObject`) calls all of its types by the interface's name: what is known
 * of an entity's type is better than that.
 */
export function dropInterfaceName(schema: GraphQLSchema, entity: Data): void {
  const typeName = entity['__typename'];
  if (typeof typeName === 'string' && isAbstractType(schema.getType(typeName))) delete entity['__typename'];
}

/** @param schema The supergraph's, with what clients do not see. */
export function createTypeConditions(schema: GraphQLSchema): IsOfType {
  // Asked for each object of each answer.
  const known = new Map<string, boolean>();

  function isSubType(typeName: string, conditionName: string): boolean {
    const type = schema.getType(typeName);
    const condition = schema.getType(conditionName);
    return (
      isAbstractType(condition) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(condition, type)
    );
  }

  return (object, conditionName) => {
    const typeName = object['__typename'];
    if (typeof typeName !== 'string') return undefined;
    if (typeName === conditionName) return true;
    const key = `${typeName} ${conditionName}`;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = isSubType(typeName, conditionName);
      // What is no name of a type comes from a subgraph that has gone wrong, and there may be any number of those.
      if (schema.getType(typeName)) known.set(key, answer);
    }
    return answer;
  };
}
