import type { GraphQLFormattedError } from 'graphql';
import type { Identity } from '#platform/identity/identity.ts';
import type { EntityQuestion } from './entityQuestion.ts';
import type { Data } from './merge.ts';

/** For whom and as part of which request something is executed. */
export interface RequestScope {
  /** Undefined only for introspection, which no subgraph is asked for. */
  readonly identity: Identity | undefined;
  readonly requestId: string;
  /** Where the client is, as far as it is known. */
  readonly clientAddress?: string | undefined;
  /**
   * An equal fetch that is under way already may answer this one too. Not for who was just told of a change: what began before
   * may not have seen it.
   */
  readonly mayShare?: true;
  /** Who asks takes what is deferred when it comes, and is given it here. */
  readonly takeLater?: (later: LaterAnswers) => void;
  /** Aborts when who asked gives it up; the executor sets it, of `leaving`. */
  readonly signal?: AbortSignal;
  /** Gives a signal that aborts when the client goes away. It is only asked for where that ends something that lasts. */
  readonly leaving?: () => AbortSignal;
  /** For a subscription: the value of its root field, by the field's name. Nobody asked just now, and those who do go first. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** Asks for entities in place of the fetch that wants them; it may do that together with what others ask. */
  readonly askForEntities?: (question: EntityQuestion) => Promise<SubgraphAnswer>;
}

/** What is deferred, as whole answers in JSON. */
export interface LaterAnswers extends AsyncIterable<string> {
  /** Nobody waits for it any more. */
  leave(): void;
}

/** What the plan asks of a subgraph, the same each time it runs. */
export interface SubgraphOperation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  /** The request's body up to the value of `variables`, which `}` ends. */
  readonly bodyHead: string;
  /** How long it may take where that is longer than usual: it asks for something that is made while somebody waits. */
  readonly limitMs?: number | undefined;
}

export interface SubgraphAnswer {
  readonly data: Data | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Where the planner's fetches go. */
export interface Source {
  /**
   * @param variables As JSON.
   * @returns An answer of the caller's own, to be changed at will.
   */
  fetch(operation: SubgraphOperation, variables: string, scope: RequestScope): Promise<SubgraphAnswer>;
}
