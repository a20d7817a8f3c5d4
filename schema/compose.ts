import { composeServices } from '@apollo/composition';
import { Kind, parse, print, visit, type DocumentNode } from 'graphql';

/** Routing URL of a subgraph that has no server: its subscription fields are answered from the event stream. */
export const EVENT_STREAM_URL = 'events:';

/** The subgraphs contradict each other, or one of them is not valid by itself. */
export class CompositionError extends Error {
  static readonly code = 'COMPOSITION_FAILED';
  readonly code = CompositionError.code;

  static because(problems: readonly string[]): CompositionError {
    return new CompositionError(
      `The subgraphs do not compose. Mend schema/subgraphs, then run "npm run compose".\n${problems.join('\n')}`,
    );
  }
}

/**
 * Composes subgraphs into one supergraph.
 *
 * @param subgraphs SDL by subgraph name.
 * @returns the supergraph's SDL. Its routing URLs are placeholders (`http://<name>`), because where a subgraph runs is
 *   the router's configuration and not part of the contract; a subgraph that uses `@events` gets {@link EVENT_STREAM_URL}.
 * @throws CompositionError with every problem that composition finds.
 */
export function compose(subgraphs: Readonly<Record<string, string>>): string {
  const { supergraphSdl, errors } = composeServices(
    // The order decides the order of the output: it must not depend on how a folder lists its files.
    Object.entries(subgraphs)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, sdl]) => {
        const typeDefs = parse(sdl);
        return { name, typeDefs, url: usesEvents(typeDefs) ? EVENT_STREAM_URL : `http://${name}` };
      }),
  );
  if (errors) throw CompositionError.because(errors.map((error) => error.message));
  const contradictions = contradictoryRequires(supergraphSdl);
  if (contradictions.length > 0) throw CompositionError.because(contradictions);
  return `${supergraphSdl.trimEnd()}\n`;
}

/**
 * Two `@requires` that need one field with different arguments. The planner asks for both under one key, so that one of them would
 * be given the other's value: composition says nothing about it.
 */
function contradictoryRequires(supergraphSdl: string): string[] {
  const asked = new Map<string, Set<string>>();
  visit(parse(supergraphSdl), {
    ObjectTypeDefinition({ name: type, fields = [] }) {
      for (const { directives = [] } of fields) {
        for (const { name, arguments: given = [] } of directives) {
          const requires = given.find((argument) => argument.name.value === 'requires')?.value;
          if (name.value !== 'join__field' || requires?.kind !== Kind.STRING) continue;
          collectArguments(type.value, parse(`{ ${requires.value} }`), asked);
        }
      }
      return false;
    },
  });
  return [...asked]
    .filter(([, ways]) => ways.size > 1)
    .map(
      ([field, ways]) => `@requires needs ${field} in ${String(ways.size)} ways: ${[...ways].join(', ')}. Give it one.`,
    );
}

/** By field, as a path from the type: with which arguments it is required. */
function collectArguments(type: string, selection: DocumentNode, asked: Map<string, Set<string>>): void {
  const path = [type];
  visit(selection, {
    Field: {
      enter(field) {
        path.push(field.name.value);
        const key = path.join('.');
        const ways = asked.get(key) ?? new Set();
        const { name, arguments: given = [] } = field;
        asked.set(key, ways.add(print({ kind: Kind.FIELD, name, arguments: given })));
      },
      leave: () => void path.pop(),
    },
  });
}

function usesEvents(document: ReturnType<typeof parse>): boolean {
  let found = false;
  visit(document, {
    FieldDefinition: (field) => {
      found ||= field.directives?.some((directive) => directive.name.value === 'events') ?? false;
    },
  });
  return found;
}
