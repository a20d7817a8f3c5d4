import { createClient, type Client } from 'graphql-ws';
import type { Point } from './point.ts';
import type { Span } from './range.ts';

export interface Durations {
  readonly average: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
}

export interface Totals {
  readonly conversationsOpened: number;
  readonly conversationsResolved: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly botMessages: number;
  readonly botResolutionRate: number | null;
  readonly deliveryFailures: number;
  readonly firstResponse: Durations;
  readonly resolution: Durations;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Directory {
  readonly viewer: Named | null;
  readonly agents: readonly Named[];
  readonly teams: readonly Named[];
  readonly channels: readonly (Named & { readonly platform: string })[];
}

export interface Figures {
  readonly now: {
    readonly totals: Totals;
    readonly previousTotals: Totals;
    readonly byPlatform: readonly { readonly platform: string; readonly totals: Totals }[];
  } & Readonly<Record<string, readonly Point[]>>;
}

/** Whoever looks has no token, or none that is good: they have to give one. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
}

export interface Graph {
  ask<T>(query: string, variables?: object): Promise<T>;
  /** Calls back when something has happened in the inbox. @returns ends it. */
  onNews(listener: () => void, onState: (isLive: boolean) => void): () => void;
  close(): void;
}

const TOTALS = `conversationsOpened conversationsResolved messagesReceived messagesSent botMessages botResolutionRate deliveryFailures
  firstResponse { average p50 p90 p95 } resolution { average p50 p90 p95 }`;

export const DIRECTORY = `{ viewer { id name } agents { id name } teams { id name } channels { id name platform } }`;

/** Those of the tiles' curves, and of the large one. */
export function figuresQuery(metrics: readonly string[]): string {
  const curves = metrics.map((metric) => `${metric}: series(metric: ${metric}, interval: $interval) { at value }`);
  return `query Figures($range: TimeRange!, $before: TimeRange!, $filter: DashboardFilter, $interval: Interval!, $metric: Metric!) {
    now: dashboard(range: $range, filter: $filter) {
      totals { ${TOTALS} }
      previousTotals { ${TOTALS} }
      byPlatform { platform totals { ${TOTALS} } }
      ${curves.join('\n')}
    }
    before: dashboard(range: $before, filter: $filter) { curve: series(metric: $metric, interval: $interval) { at value } }
  }`;
}

export const BUSY_HOURS = `query BusyHours($range: TimeRange!, $filter: DashboardFilter) {
  dashboard(range: $range, filter: $filter) { series(metric: MESSAGES_RECEIVED, interval: HOUR) { at value } }
}`;

/** One dashboard for each agent, under its place in the list. */
export function agentsQuery(agents: readonly Named[]): string {
  const each = agents.map(
    (_agent, at) => `a${String(at)}: dashboard(range: $range, filter: $f${String(at)}) { totals { ${TOTALS} } }`,
  );
  const filters = agents.map((_agent, at) => `$f${String(at)}: DashboardFilter!`);
  return `query Agents($range: TimeRange!, ${filters.join(', ')}) { ${each.join('\n')} }`;
}

export function rangeOf({ from, to }: Span) {
  return { from: from.toISOString(), to: to.toISOString() };
}

export function connectGraph(token: string): Graph {
  const authorization = `Bearer ${token}`;
  let socket: Client | undefined;

  return {
    async ask<T>(query: string, variables: object = {}) {
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [] } = (await response.json()) as {
        data?: T | null;
        errors?: readonly { message: string; extensions?: { code?: string } }[];
      };
      const [first] = errors;
      if (first?.extensions?.code === 'UNAUTHENTICATED') throw new SignedOut(first.message);
      if (!data || first) throw new Error(first?.message ?? 'The graph gave no answer: try again.');
      return data;
    },

    onNews(listener, onState) {
      const url = `${location.origin.replace(/^http/, 'ws')}/graphql`;
      socket ??= createClient({
        url,
        connectionParams: { authorization },
        retryAttempts: Number.POSITIVE_INFINITY,
        shouldRetry: () => true,
      });
      const stops = [socket.on('connected', () => onState(true)), socket.on('closed', () => onState(false))];
      const end = socket.subscribe(
        { query: 'subscription { inboxCountsUpdates { open unassigned } }' },
        { next: listener, error: () => onState(false), complete: () => onState(false) },
      );
      return () => {
        end();
        for (const stop of stops) stop();
      };
    },

    close: () => void socket?.dispose(),
  };
}
