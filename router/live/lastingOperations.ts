import type { PreparedOperation } from '../execution/prepareOperation.ts';
import type { Graph } from '../graph/graph.ts';
import type { GraphVersion } from '../graph/graphVersion.ts';

/** Operations that go on when the graph has a new version: from its first moment on they are what it makes of them. */
export interface LastingOperations {
  /**
   * @param follower.accepts Throws when the follower cannot go on with what has become of the operation.
   * @param follower.end Called when it is not valid any more, or not accepted; it is not followed from then on.
   * @throws GraphQLError, or an AggregateError of such, when it is not valid now.
   */
  follow(
    asked: { readonly text: string; readonly operationName: string | undefined },
    follower: Follower,
  ): FollowedOperation;
}

interface Follower {
  accepts(operation: PreparedOperation): void;
  end(): void;
}

export interface FollowedOperation {
  /** Always the one of now. */
  readonly operation: PreparedOperation;
  leave(): void;
}

/** One operation, for all who follow it. */
interface Followed {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly followers: Set<Follower>;
  readonly operation: PreparedOperation;
  /** What it is in the version of now. */
  now: PreparedOperation;
}

export function createLastingOperations(graph: Graph): LastingOperations {
  const followed = new Map<string, Followed>();
  graph.onReplaced((version) => {
    for (const [key, one] of followed) {
      const next = preparedIn(version, one);
      if (next) one.now = next;
      for (const follower of one.followers) {
        if (next && accepts(follower, next)) continue;
        one.followers.delete(follower);
        follower.end();
      }
      if (one.followers.size === 0) followed.delete(key);
    }
  });

  return {
    follow(asked, follower) {
      const now = prepare(graph.version, asked);
      let one = followed.get(now.key);
      if (!one) {
        one = follow(asked, now);
        followed.set(now.key, one);
      }
      const { operation, followers } = one;
      followers.add(follower);
      return {
        operation,
        leave() {
          followers.delete(follower);
          const isLast = followers.size === 0 && followed.get(operation.key)?.followers === followers;
          if (isLast) followed.delete(operation.key);
        },
      };
    },
  };
}

function follow(asked: Pick<Followed, 'text' | 'operationName'>, first: PreparedOperation): Followed {
  const one: Followed = {
    ...asked,
    followers: new Set(),
    now: first,
    operation: {
      key: first.key,
      get source() {
        return one.now.source;
      },
      get operation() {
        return one.now.operation;
      },
      get fragments() {
        return one.now.fragments;
      },
      get schema() {
        return one.now.schema;
      },
      get permittedTo() {
        return one.now.permittedTo;
      },
      get isPersonal() {
        return one.now.isPersonal;
      },
      get endsWithAsker() {
        return one.now.endsWithAsker;
      },
      get introspect() {
        return one.now.introspect;
      },
    },
  };
  return one;
}

function prepare(version: GraphVersion, { text, operationName }: Pick<Followed, 'text' | 'operationName'>) {
  return version.prepare({ ...version.documents.read(text), operationName });
}

function preparedIn(version: GraphVersion, one: Followed): PreparedOperation | undefined {
  try {
    return prepare(version, one);
  } catch {
    return undefined;
  }
}

function accepts(follower: Follower, operation: PreparedOperation): boolean {
  try {
    follower.accepts(operation);
    return true;
  } catch {
    return false;
  }
}
