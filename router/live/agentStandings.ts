import { parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { v7 } from 'uuid';
import { z } from 'zod';
import { roleSchema, type Identity } from '#platform/identity/identity.ts';
import { dataOf, type Executor } from '../execution/executor.ts';
import { OperationError } from '../operations/errors.ts';
import { sha256 } from '../operations/documents.ts';
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

/** What the router itself asks of the graph. */
export const standingQuestion = '{ viewer { role deactivatedAt signedOutAt } }';
const standingSchema = z.object({
  role: roleSchema,
  deactivatedAt: z.string().nullable(),
  signedOutAt: z.string().nullable(),
});
const answerSchema = z.object({ viewer: standingSchema.nullable() });
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

/** Asks the graph once for each agent who comes here, and then listens to what is told of them. */
export function createAgentStandings({
  executor,
  feed,
}: {
  readonly executor: Executor;
  readonly feed: EventFeed;
}): AgentStandings {
  const agents = new LRUCache<string, Known>({ max: MAX_KNOWN });
  const watchers = new Map<string, Set<Watcher>>();
  const source = { hash: sha256(standingQuestion), document: parse(standingQuestion), operationName: undefined };

  async function ask(identity: AgentIdentity): Promise<Standing | null> {
    const result = await executor.execute(executor.prepare(source), {}, { identity, requestId: v7() });
    const answer = answerSchema.safeParse(dataOf(result));
    if (!answer.success || result.errors.length > 0) throw OperationError.identityUnavailable();
    return answer.data.viewer;
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
