import { keyPath } from './conditionalKeys.ts';
import type { Data } from './merge.ts';
import { visitAt, type Path } from './places.ts';
import type { Represent } from './representations.ts';
import type { Run } from './run.ts';
import { createComparison } from './sameData.ts';

/** By what the subgraph is told of one: it is asked for once, however often it is there. */
export type Entities = Map<string, Data[]>;

/**
 * The entities at a path of the plan at which all objects of one type are asked for the same.
 *
 * In a graph one comes by the same objects on many ways, and a subgraph's answer has them again at each place, with all that is
 * within. Those of which nothing tells that they are two become one object, which stands at all of their places: what is fetched
 * later is found, asked for, merged and written once.
 */
export function compileEntitiesAt(path: Path, represent: Represent): (run: Run) => Entities {
  const place = keyPath(path);

  return ({ data, sharing }) => {
    const entities: Entities = new Map();
    const known = sharing.found.get(place);
    if (known) {
      for (const object of known) group(entities, object, represent(object));
      return entities;
    }
    const found: Data[] = [];
    const isSame = createComparison();
    visitAt(data, path, sharing, (object, holder, key) => {
      const representation = represent(object);
      const alike = representation === undefined ? undefined : entities.get(representation);
      const first = alike?.[0];
      if (first && isSame(first, object)) {
        holder[key] = first;
        sharing.objects.add(first);
        return;
      }
      found.push(object);
      if (alike) alike.push(object);
      else group(entities, object, representation);
    });
    sharing.found.set(place, found);
    return entities;
  };
}

/** @param representation Undefined: nobody can be asked for it. */
export function group(entities: Entities, object: Data, representation: string | undefined): void {
  if (representation === undefined) return;
  const same = entities.get(representation);
  if (same) same.push(object);
  else entities.set(representation, [object]);
}
