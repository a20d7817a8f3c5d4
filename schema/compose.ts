import { composeServices } from '@apollo/composition';
import { parse, visit } from 'graphql';

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
  return `${supergraphSdl.trimEnd()}\n`;
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
