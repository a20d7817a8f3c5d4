import { parse } from 'graphql';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#platform/identity/identity.ts';
import type { Limit } from '#schema/visibility.ts';
import { dataOf, type Executor } from '../execution/executor.ts';
import { OperationError } from '../operations/errors.ts';
import { sha256 } from '../operations/documents.ts';
import type { EventFeed } from './eventFeed.ts';
import type { LimitEvent, LiveEvent } from './liveEvent.ts';

/** What a subscriber may see, for as long as it stays so. */
export interface WatchedLimit {
  /** Null: everything of the company. */
  readonly limit: Limit | null;
  end(): void;
}

export interface AgentLimits {
  /**
   * Finds out what somebody may see, and calls `onChange` once when that is something else, from the event that says so on.
   *
   * @throws OperationError `EVENTS_UNAVAILABLE` when it cannot be found out now.
   */
  watch(identity: Identity, onChange: () => void): Promise<WatchedLimit>;
}

/** An agent whose limit is known while somebody watches it. */
interface Known {
  readonly limit: Promise<Limit | null>;
  readonly watchers: Set<() => void>;
  leave(): void;
}

/** What the router itself asks of the graph. */
export const limitQuestion = '{ viewer { limitedToTeams teams { id } } }';
const answerSchema = z.object({
  viewer: z.object({ limitedToTeams: z.boolean(), teams: z.array(z.object({ id: z.string() })) }).nullable(),
});

/** Asks the graph once for each agent who has live views here, and then listens to what is told of them. */
export function createAgentLimits({
  executor,
  feed,
}: {
  readonly executor: Executor;
  readonly feed: EventFeed;
}): AgentLimits {
  const agents = new Map<string, Known>();
  const source = { hash: sha256(limitQuestion), document: parse(limitQuestion), operationName: undefined };

  async function ask(identity: Identity, agentId: string): Promise<Limit | null> {
    const result = await executor.execute(executor.prepare(source), {}, { identity, requestId: v7() });
    const answer = answerSchema.safeParse(dataOf(result));
    if (!answer.success) throw OperationError.eventsUnavailable();
    const { viewer } = answer.data;
    // Who is no agent of the company any more sees nothing.
    return viewer
      ? limitFrom(
          agentId,
          viewer.limitedToTeams,
          viewer.teams.map(({ id }) => id),
        )
      : limitFrom(agentId, true, []);
  }

  function meet(identity: Extract<Identity, { kind: 'agent' }>, key: string): Known {
    const { companyId, agentId } = identity;
    const watchers = new Set<() => void>();
    let told: LimitEvent | undefined;
    let found: Limit | null | undefined;

    /** What is told while the graph is asked may be newer than its answer: then it is asked again. */
    async function find(): Promise<Limit | null> {
      for (;;) {
        const before = told;
        const limit = await ask(identity, agentId);
        if (told !== before) continue;
        found = limit;
        return limit;
      }
    }

    /** Who comes from now on asks anew. */
    function forget(): void {
      leave();
      if (agents.get(key) === known) agents.delete(key);
    }

    function change(): void {
      forget();
      for (const watcher of watchers) watcher();
    }

    /** Nobody knows what it is now. Who can say what they have missed says so first. */
    function lose(): void {
      forget();
      setImmediate(change);
    }

    const leave = feed.listen(companyId, {
      onEvent({ event }) {
        if (!isAbout(event, agentId.toLowerCase())) return;
        told = event;
        if (found !== undefined && !isSame(found, limitAfter(event, found))) change();
      },
      onGap: lose,
    });
    const known: Known = { limit: find(), watchers, leave: forget };
    known.limit.catch(forget);
    agents.set(key, known);
    return known;
  }

  return {
    async watch(identity, onChange) {
      if (identity.kind !== 'agent') return { limit: null, end: () => undefined };
      const key = `${identity.companyId} ${identity.agentId}`;
      const known = agents.get(key) ?? meet(identity, key);
      const watcher = () => onChange();
      known.watchers.add(watcher);
      const end = () => {
        known.watchers.delete(watcher);
        if (known.watchers.size === 0) known.leave();
      };
      try {
        return { limit: await known.limit, end };
      } catch (error) {
        end();
        throw error;
      }
    },
  };
}

function isAbout(event: LiveEvent, agentId: string): event is LimitEvent {
  if (event.type === 'conversation.agent.limited') return event.data.agentId === agentId;
  return event.type === 'conversation.team.changed';
}

function limitAfter({ type, data }: LimitEvent, limit: Limit | null): Limit | null {
  if (type === 'conversation.agent.limited') return limitFrom(data.agentId, data.limitedToTeams, data.teamIds);
  if (limit === null) return null;
  const { id, memberIds } = data.team;
  const others = limit.teamIds.filter((teamId) => teamId !== id);
  const isMember = data.change !== 'DELETED' && memberIds.includes(limit.agentId);
  return { ...limit, teamIds: isMember ? [...others, id] : others };
}

function limitFrom(agentId: string, limited: boolean, teamIds: readonly string[]): Limit | null {
  return limited ? { agentId: agentId.toLowerCase(), teamIds } : null;
}

function isSame(a: Limit | null, b: Limit | null): boolean {
  return JSON.stringify(a?.teamIds.toSorted()) === JSON.stringify(b?.teamIds.toSorted());
}
