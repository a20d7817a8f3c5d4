/** What subgraphs answered, merged: objects by response key, with private keys and what only the planner asked for. */
export type Data = Record<string, unknown>;

export function isObject(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Merges what a fetch brought into what is there. Objects are merged in place; lists of equal length element by element,
 * since they are the same list asked of two subgraphs. A null takes nothing away that another subgraph gave.
 */
export function merge(target: Data, source: Data): void {
  for (const key of Object.keys(source)) {
    // JSON can have such a key, and assigning it would not set a field.
    if (key === '__proto__') continue;
    const there = target[key];
    const added = source[key];
    target[key] = there === undefined || there === null ? added : mergeValue(there, added);
  }
}

function mergeValue(there: unknown, added: unknown): unknown {
  if (there === undefined || there === null) return added;
  if (added === undefined || added === null) return there;
  if (isObject(there) && isObject(added)) {
    if (there !== added) merge(there, added);
    return there;
  }
  if (Array.isArray(there) && Array.isArray(added) && there.length === added.length) {
    for (const [index, value] of added.entries()) there[index] = mergeValue(there[index], value);
    return there;
  }
  return added;
}
