import type { GraphQLFormattedError } from 'graphql';
import type { Variables } from '../operations/variables.ts';
import type { Data } from './merge.ts';
import type { Path } from './places.ts';
import type { Problem } from './problems.ts';
import type { RequestScope } from './source.ts';

/** One execution of an operation. */
export interface Run {
  /** Grows with each fetch. */
  readonly data: Data;
  readonly problems: Problem[];
  /** As the client gave them: subgraphs coerce them as the client's schema does. */
  readonly variables: Variables;
  /** With the operation's defaults. */
  readonly coerced: Variables;
  readonly scope: RequestScope;
  /** What entities were asked for, by what was asked of them; undefined where the operation changes them in between. */
  readonly entities: Map<string, KnownEntities> | undefined;
  readonly sharing: Sharing;
  /** Takes what comes later; undefined where all of it comes at once. */
  readonly deferral?: Deferral;
}

/** What of an execution's data stands at several places, and where its objects are. */
export interface Sharing {
  /** Any object may: an entity with objects within was asked for once for several of them. */
  anywhere: boolean;
  /** Objects that were found to be the same, and are one now. */
  readonly objects: Set<Data>;
  /** What was found at paths of the plan, until something with objects within is merged. */
  readonly found: Map<string, readonly Data[]>;
}

/** What of one execution comes later. */
export interface Deferral {
  /** Nobody waits for it any more: nothing more is fetched. */
  readonly isOver: boolean;
  /** A fetch is over, that later ones wait for. */
  fetched(id: string): void;
  /** Done when all of them are. */
  whenFetched(ids: readonly string[]): Promise<void>;
  /** When everything is fetched that comes before the parts of this; some fetches, under conditions, never are. */
  readonly earlier: Promise<void>;
  /**
   * A part comes later, with what it fetches.
   *
   * @param earlier When everything is fetched that comes before it.
   */
  later(id: string, earlier: Promise<void>, fetch: Step): void;
}

export type Cause = GraphQLFormattedError | Error;

/** What failed of one entity, and where within it. */
export interface EntityError {
  readonly cause: Cause;
  readonly path: Path;
}

/** What one fetch brought of several entities. */
export interface EntityAnswers {
  readonly entities: readonly (Data | undefined)[];
  /** By the entity's index. */
  readonly errors: ReadonlyMap<number, readonly EntityError[]>;
  /** What failed of all of them. */
  readonly causes: readonly Cause[];
  /** They have objects within. */
  readonly isNested: boolean;
}

/** By representation: in which fetch it was asked for, and as which of its entities. */
export type KnownEntities = Map<string, { readonly answer: Promise<EntityAnswers>; readonly index: number }>;

/** Never rejects: what goes wrong is among the run's problems. */
export type Step = (run: Run) => Promise<void>;

export function inParallel(steps: readonly Step[]): Step {
  return async (run) => void (await Promise.all(steps.map((step) => step(run))));
}
