import { createClient, type Client } from 'graphql-ws';
import type { Point } from './point.ts';
import type { Span } from './range.ts';

export interface Durations {
  readonly count: number;
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
  readonly handoffs: number;
  readonly handoffReasons: readonly { readonly reason: string; readonly count: number }[];
  readonly unansweredQuestions: number;
  readonly answersRatedGood: number;
  readonly answersRatedBad: number;
  readonly deliveryFailures: number;
  readonly firstResponse: Durations;
  readonly firstResponseInBusinessHours: Durations;
  readonly nextResponse: Durations;
  readonly nextResponseInBusinessHours: Durations;
  readonly resolution: Durations;
  readonly resolutionInBusinessHours: Durations;
  readonly queueWait: Durations;
  readonly queueWaitInBusinessHours: Durations;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Directory {
  readonly viewer: Named | null;
  readonly agents: readonly Named[];
  readonly teams: readonly Named[];
  readonly labels: readonly Named[];
  readonly channels: readonly (Named & { readonly platform: string })[];
}

export interface AgentRow {
  readonly agent: Named | null;
  readonly onlineSeconds: number;
  readonly awaySeconds: number;
  readonly totals: {
    readonly messagesReceived: number;
    readonly messagesSent: number;
    readonly conversationsResolved: number;
    readonly firstResponse: Pick<Durations, 'p50' | 'p90'>;
    readonly resolution: Pick<Durations, 'p50'>;
    readonly handling: Pick<Durations, 'average'>;
  };
}

export interface PlatformRow {
  readonly platform: string;
  readonly totals: Pick<Totals, 'messagesReceived' | 'messagesSent' | 'conversationsOpened' | 'deliveryFailures'> & {
    readonly firstResponse: Pick<Durations, 'p50'>;
  };
}

export interface Figures {
  readonly dashboard: {
    /** The company's: days and hours are those of its clocks. */
    readonly timeZone: string;
    readonly totals: Totals;
    readonly previousTotals: Totals;
    readonly byPlatform: readonly PlatformRow[];
    readonly byAgent: readonly AgentRow[];
    readonly busyHours: readonly (readonly number[])[];
    readonly before: readonly Point[];
  } & Readonly<Record<`curve_${string}`, readonly Point[]>>;
}

/** Whoever looks has no token, or none that is good: they have to give one. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
}

export interface Graph {
  ask<T>(query: string, variables?: object): Promise<T>;
  /** Keeps what is at an address as a file. @returns its name. */
  download(address: string): Promise<string>;
  /** Calls back when something has happened in the inbox. @returns ends it. */
  onNews(listener: () => void, onState: (isLive: boolean) => void): () => void;
  close(): void;
}

const SPREAD = '{ count average p50 p90 p95 }';
const TOTALS = `conversationsOpened conversationsResolved messagesReceived messagesSent botMessages botResolutionRate handoffs
  handoffReasons { reason count } unansweredQuestions answersRatedGood answersRatedBad deliveryFailures
  firstResponse ${SPREAD} firstResponseInBusinessHours ${SPREAD} nextResponse ${SPREAD} nextResponseInBusinessHours ${SPREAD}
  resolution ${SPREAD} resolutionInBusinessHours ${SPREAD} queueWait ${SPREAD} queueWaitInBusinessHours ${SPREAD}`;

export const DIRECTORY = `{
  viewer { id name } agents { id name } teams { id name } labels { id name } channels { id name platform }
}`;

/** All that the page shows: the curves of the tiles, and the time before of the large one. */
export function figuresQuery(metrics: readonly string[]): string {
  const curves = metrics.map(
    (metric) => `curve_${metric}: series(metric: ${metric}, interval: $interval) { at value }`,
  );
  return `query Figures($range: TimeRange!, $filter: DashboardFilter, $interval: Interval!, $metric: Metric!) {
    dashboard(range: $range, filter: $filter) {
      timeZone
      totals { ${TOTALS} }
      previousTotals { ${TOTALS} }
      byPlatform {
        platform
        totals { messagesReceived messagesSent conversationsOpened deliveryFailures firstResponse { p50 } }
      }
      byAgent {
        agent { id name } onlineSeconds awaySeconds
        totals {
          messagesReceived messagesSent conversationsResolved
          firstResponse { p50 p90 } resolution { p50 } handling { average }
        }
      }
      busyHours
      before: previousSeries(metric: $metric, interval: $interval) { at value }
      ${curves.join('\n')}
    }
  }`;
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

    async download(address) {
      const response = await fetch(address, { headers: { authorization } });
      if (!response.ok) {
        const { errors = [] } = (await response.json()) as { errors?: readonly { message: string }[] };
        throw new Error(errors[0]?.message ?? 'It cannot be made now: try again.');
      }
      const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'dashboard';
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await response.blob());
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      return name;
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
