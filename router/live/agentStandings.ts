import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { v7 } from 'uuid';
import { z } from 'zod';
import { inOneTurn } from '#platform/lifecycle/inOneTurn.ts';
import { roleSchema, type Identity } from '#platform/identity/identity.ts';
import type { Logger } from '#platform/logging/logger.ts';
import type { Source, SubgraphOperation } from '../execution/source.ts';
import { SubgraphError } from '../graph/errors.ts';
import { OperationError } from '../operations/errors.ts';
import type { EventFeed } from './eventFeed.ts';
import { isStandingEvent, type StandingEvent } from './liveEvent.ts';

type AgentIdentity = Extract<Identity, { kind: 'agent' }>;

/** Of a token: whom it names, and since when. */
export interface Issued {
  readonly identity: Identity;
  readonly issuedAt: Date;
}

/** Whether a company still stands by the tokens that its agents have. */
export interface AgentStandings {
  /**
   * Who it is, with the role that they have now, whatever their token says. Whoever is no agent goes through as they are.
   *
   * @throws OperationError `UNAUTHENTICATED` for who was signed out since, or is no agent of the company any more, and
   *   `IDENTITY_UNAVAILABLE` when that cannot be found out now.
   */
  check(caller: Issued): Promise<Identity>;
  /**
   * Calls `onEnd` once, with what to tell them, when the caller's token is not worth what it was.
   *
   * @returns ends the watch.
   */
  watch(caller: Issued, onEnd: (reason: string) => void): () => void;
}

/** Agents that are known at a time; another one is asked for again. */
const MAX_KNOWN = 50_000;
const GONE = 'The company has no such agent (any more).';
const SIGNED_OUT = 'You were signed out: get a new token.';
const OTHER_ROLE = 'Your role is another now: connect again.';
const UNCERTAIN = 'Whether you are signed in cannot be said now: connect again.';

/** The subgraph that knows a company's agents. */
export const STANDING_SUBGRAPH = 'conversations';
/** What the router itself asks of an agent. */
export const standingFields = 'role deactivatedAt signedOutAt';
const query = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Agent { ${standingFields} } }
}`;
const operation: SubgraphOperation = {
  kind: 'query',
  query,
  bodyHead: `{"query":${JSON.stringify(query)},"variables":`,
};
const standingSchema = z.object({
  role: roleSchema,
  deactivatedAt: z.string().nullable(),
  signedOutAt: z.string().nullable(),
});
const answerSchema = z.object({ _entities: z.array(standingSchema.nullable()) });
type Standing = z.output<typeof standingSchema>;

/** What the graph said of an agent; stale once something was told that it may not have known. */
interface Known {
  readonly standing: Promise<Standing | null>;
  stale: boolean;
}

interface Watcher {
  readonly caller: Issued & { readonly identity: AgentIdentity };
  readonly end: (reason: string) => void;
}

/**
 * Asks once for each agent who comes here, and then listens to what is told of them. When thousands come at once, as after a restart,
 * those of a company are asked for together, as a service of ours does.
 *
 * @param options.source the subgraph {@link STANDING_SUBGRAPH}.
 */
export function createAgentStandings({
  source,
  feed,
  logger,
}: {
  readonly source: Source;
  readonly feed: Pick<EventFeed, 'listenToAll'>;
  readonly logger: Logger;
}): AgentStandings {
  const agents = new LRUCache<string, Known>({ max: MAX_KNOWN });
  const watchers = new Map<string, Set<Watcher>>();
  const ask = inOneTurn(({ companyId }: AgentIdentity) => companyId, askTogether);

  async function askTogether(ofCompany: readonly [AgentIdentity, ...AgentIdentity[]]): Promise<(Standing | null)[]> {
    const { companyId } = ofCompany[0];
    const identity: Identity = { kind: 'service', companyId, service: 'router', scopes: [] };
    const representations = ofCompany.map(({ agentId: id }) => ({ __typename: 'Agent', id }));
    try {
      const scope = { identity, requestId: v7() };
      const { data, errors } = await source.fetch(operation, JSON.stringify({ representations }), scope);
      const [failed] = errors;
      if (failed) throw new GraphQLError(failed.message, { extensions: failed.extensions });
      const answer = answerSchema.safeParse(data);
      const standings = answer.data?._entities;
      if (standings?.length !== ofCompany.length) throw SubgraphError.notAnAnswer(STANDING_SUBGRAPH, answer.error);
      return standings;
    } catch (error) {
      logger.warn({ err: error, companyId }, 'how a company stands by its agents could not be found out');
      throw OperationError.identityUnavailable(error);
    }
  }

  function forget(key: string): void {
    const known = agents.get(key);
    if (known) known.stale = true;
    agents.delete(key);
  }

  function meet(identity: AgentIdentity, key: string): Known {
    const known: Known = { standing: ask(identity), stale: false };
    agents.set(key, known);
    known.standing.catch(() => {
      if (agents.get(key) === known) agents.delete(key);
    });
    return known;
  }

  /** What is told while the graph is asked may be newer than its answer: then it is asked again. */
  async function standingOf(identity: AgentIdentity): Promise<Standing | null> {
    const key = keyOf(identity.companyId, identity.agentId);
    for (;;) {
      const known = agents.get(key) ?? meet(identity, key);
      const standing = await known.standing;
      if (!known.stale) return standing;
    }
  }

  async function check(caller: Issued): Promise<Identity> {
    const { identity } = caller;
    if (identity.kind !== 'agent') return identity;
    const standing = await standingOf(identity);
    if (!standing || standing.deactivatedAt !== null) throw OperationError.unauthenticated(GONE);
    if (isSignedOut(caller, standing.signedOutAt)) throw OperationError.unauthenticated(SIGNED_OUT);
    return { ...identity, role: standing.role };
  }

  /** Somebody was told of something before they were watched, or nobody remembers them. */
  async function lookAgain({ caller, end }: Watcher): Promise<void> {
    try {
      await check(caller);
    } catch (error) {
      end(error instanceof OperationError ? error.message : UNCERTAIN);
    }
  }

  feed.listenToAll({
    onEvent({ event }) {
      if (!isStandingEvent(event)) return;
      const key = keyOf(event.companyId, agentOf(event));
      forget(key);
      for (const { caller, end } of watchers.get(key) ?? []) {
        const reason = reasonIn(event, caller);
        if (reason !== undefined) end(reason);
      }
    },
    /** Nobody knows what was missed: who comes again is looked at again. */
    onGap() {
      for (const known of agents.values()) known.stale = true;
      agents.clear();
      for (const { end } of [...watchers.values()].flatMap((ofAgent) => [...ofAgent])) end(UNCERTAIN);
    },
  });

  return {
    check,
    watch({ identity, ...caller }, onEnd) {
      if (identity.kind !== 'agent') return () => undefined;
      const key = keyOf(identity.companyId, identity.agentId);
      const ofAgent = watchers.get(key) ?? new Set<Watcher>();
      const watcher: Watcher = { caller: { ...caller, identity }, end };
      watchers.set(key, ofAgent.add(watcher));

      function leave(): boolean {
        const wasThere = ofAgent.delete(watcher);
        if (ofAgent.size === 0 && watchers.get(key) === ofAgent) watchers.delete(key);
        return wasThere;
      }
      function end(reason: string): void {
        if (leave()) onEnd(reason);
      }
      if (!agents.has(key)) void lookAgain(watcher);
      return leave;
    },
  };
}

function keyOf(companyId: string, agentId: string): string {
  return `${companyId} ${agentId}`.toLowerCase();
}

/** A token says only in which second it was issued: one of the same second counts as older. */
function isSignedOut({ issuedAt }: Issued, at: string | null): boolean {
  return at !== null && issuedAt.getTime() <= Date.parse(at);
}

function agentOf({ data }: StandingEvent): string {
  return 'agent' in data ? data.agent.id : data.agentId;
}

/** Why what a caller has is worth less after the event; undefined: it is not. */
function reasonIn({ data }: StandingEvent, caller: Watcher['caller']): string | undefined {
  if ('at' in data) return isSignedOut(caller, data.at) ? SIGNED_OUT : undefined;
  if (data.change === 'DEACTIVATED') return GONE;
  return data.agent.role === caller.identity.role ? undefined : OTHER_ROLE;
}
