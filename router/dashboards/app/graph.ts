import { createClient, type Client } from 'graphql-ws';
import type { Named } from './names.ts';
import type { Point } from './point.ts';
import type { Span } from './range.ts';
import { SignedOut } from './signedOut.ts';

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

export interface Directory {
  readonly company: { readonly timeZone: string };
  readonly viewer: Named | null;
  readonly agents: readonly Named[];
  readonly teams: readonly Named[];
  readonly labels: readonly Named[];
  readonly channels: readonly (Named & { readonly platform: string })[];
}

export interface AgentRow {
  readonly agent: { readonly id: string };
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

export interface Graph {
  ask<T>(query: string, variables?: object): Promise<T>;
  /** Keeps what is at an address as a file. @returns its name. */
  download(address: string): Promise<string>;
  /** Tells what a subscription tells, until it has failed. @returns ends it; nothing is told after that. */
  follow<T>(
    subscription: string,
    variables: Record<string, unknown>,
    listener: { readonly next: (data: T) => void; readonly failed: (error: unknown) => void },
  ): () => void;
  close(): void;
}

interface Failure {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** Silence of the socket for longer than both together is no connection. */
const PING_MS = 10_000;
const PONG_MS = 5_000;
/** From one subscription to the next the socket stays. */
const LINGER_MS = 5_000;

const SPREAD = '{ count average p50 p90 p95 }';
const TOTALS = `conversationsOpened conversationsResolved messagesReceived messagesSent botMessages botResolutionRate handoffs
  handoffReasons { reason count } unansweredQuestions answersRatedGood answersRatedBad deliveryFailures
  firstResponse ${SPREAD} firstResponseInBusinessHours ${SPREAD} nextResponse ${SPREAD} nextResponseInBusinessHours ${SPREAD}
  resolution ${SPREAD} resolutionInBusinessHours ${SPREAD} queueWait ${SPREAD} queueWaitInBusinessHours ${SPREAD}`;

export const DIRECTORY = `{
  company { timeZone } viewer { id name } agents { id name } teams { id name } labels { id name } channels { id name platform }
}`;

/** The names of those who have figures, also when they have left. */
export const NAMES = `query Names($range: TimeRange!, $filter: DashboardFilter) {
  dashboard(range: $range, filter: $filter) { byAgent { agent { id name } } }
}`;

/** All that the page shows, to be asked for and to be told: the curves of the tiles, and the time before of the large one. */
export function figuresDocuments(metrics: readonly string[]) {
  const curves = metrics.map(
    (metric) => `curve_${metric}: series(metric: ${metric}, interval: $interval) { at value }`,
  );
  // Nothing of people but their ids: then it is worked out once for all who look at it.
  const of = (kind: 'query' | 'subscription', field: string) =>
    `${kind} Figures($range: TimeRange!, $filter: DashboardFilter, $interval: Interval!, $metric: Metric!) {
      dashboard: ${field}(range: $range, filter: $filter) {
        timeZone
        totals { ${TOTALS} }
        previousTotals { ${TOTALS} }
        byPlatform {
          platform
          totals { messagesReceived messagesSent conversationsOpened deliveryFailures firstResponse { p50 } }
        }
        byAgent {
          agent { id } onlineSeconds awaySeconds
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
  return { query: of('query', 'dashboard'), subscription: of('subscription', 'dashboardUpdates') };
}

export function rangeOf({ from, to }: Span) {
  return { from: from.toISOString(), to: to.toISOString() };
}

export function connectGraph(token: string): Graph {
  const authorization = `Bearer ${token}`;
  let socket: Client | undefined;

  /** @throws also for an answer of something that stands between, and is no graph. */
  async function post<T>(body: object): Promise<{ readonly data?: T | null; readonly errors?: readonly Failure[] }> {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
      body: JSON.stringify(body),
    });
    return response.json() as ReturnType<typeof post<T>>;
  }

  return {
    async ask<T>(query: string, variables: object = {}) {
      const { data, errors = [] } = await post<T>({ query, variables }).catch(() => {
        throw new Error('the graph is not reached.');
      });
      if (!data || errors.length > 0) throw failureOf(errors);
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

    follow<T>(query: string, variables: Record<string, unknown>, listener: Parameters<Graph['follow']>[2]) {
      let isOver = false;
      const fail = (error: unknown): void => {
        if (isOver) return;
        end();
        listener.failed(error);
      };
      socket ??= openSocket(authorization);
      const unsubscribe = socket.subscribe<T>(
        { query, variables },
        {
          next({ data, errors = [] }) {
            if (isOver) return;
            if (!data || errors.length > 0) fail(failureOf(errors));
            else listener.next(data);
          },
          error: (failures) =>
            fail(Array.isArray(failures) ? failureOf(failures) : new Error('The connection is lost.')),
          complete: () => fail(new Error('The graph tells nothing more.')),
        },
      );
      function end(): void {
        isOver = true;
        unsubscribe();
      }
      return end;
    },

    close: () => void socket?.dispose(),
  };
}

/** Who uses it tries again by themselves: they know what to say meanwhile. */
function openSocket(authorization: string): Client {
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const socket = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: { authorization },
    retryAttempts: 0,
    lazyCloseTimeout: LINGER_MS,
    keepAlive: PING_MS,
    on: {
      ping(isFromServer) {
        if (!isFromServer) deadline = setTimeout(() => socket.terminate(), PONG_MS);
      },
      pong(isFromServer) {
        if (isFromServer) clearTimeout(deadline);
      },
      closed: () => clearTimeout(deadline),
    },
  });
  return socket;
}

function failureOf([first]: readonly Failure[]): Error {
  if (first?.extensions?.code === 'UNAUTHENTICATED') return new SignedOut(first.message);
  return new Error(first?.message ?? 'The graph gave no answer: try again.');
}
