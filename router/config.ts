import { z } from 'zod';
import {
  boolean,
  bytes,
  duration,
  httpConfig,
  integer,
  logConfig,
  natsConfig,
  redisConfig,
  secret,
  tokenConfig,
  tracingConfig,
  url,
} from '#platform/config/fields.ts';
import { supergraphFile } from '#schema/subgraphFiles.ts';
import type { RequestRates } from './operations/requestLimits.ts';
import type { AdmissionLimits } from './socket/admission.ts';

/** The router's configuration, as createRouter takes it. */
export interface RouterConfig {
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly trustProxy: boolean;
    /** Of requests and webhooks, in bytes. */
    readonly bodyLimit: number;
    /** How long it says before a stop that it is not ready. @default 0 */
    readonly noticeMs?: number;
  };
  /** Strangers get nothing, not even the schema, and there is no GraphiQL. */
  readonly production: boolean;
  /** Where the supergraph is, which is read again when it changes. */
  readonly supergraphFile: string;
  /** Base address by subgraph name. */
  readonly subgraphs: Readonly<Record<string, string>>;
  readonly subgraphLimits: {
    readonly timeoutMs: number;
    readonly connections: number;
    readonly maxResponseBytes: number;
  };
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly bearer: {
    readonly secret?: string | undefined;
    readonly jwksUrl?: string | undefined;
    readonly issuer: string;
    readonly audience: string;
  };
  readonly identitySecret: string;
  readonly limits: {
    readonly depth: number;
    readonly aliases: number;
    readonly rootFields: number;
    readonly selections: number;
    readonly tokens: number;
    readonly cost: number;
  };
  /** Requests in any minute; what is left out is without a limit. */
  readonly rates: RequestRates;
  readonly persisted: { readonly onlyRegistered: boolean; readonly ttlMs: number };
  readonly sockets: AdmissionLimits & {
    /** Of one socket. */
    readonly maxOperations: number;
    readonly maxPayloadBytes: number;
    readonly initTimeoutMs: number;
    readonly pingIntervalMs: number;
  };
  readonly live: { readonly bufferEvents: number };
  /** Undefined switches the page off. */
  readonly graphiql: { readonly demoToken?: string | undefined } | undefined;
}

/** What is right unless somebody knows better. */
export const routerDefaults = {
  supergraphFile,
  subgraphLimits: { timeoutMs: 10_000, connections: 64, maxResponseBytes: 16 * 1024 ** 2 },
  limits: { depth: 15, aliases: 30, rootFields: 20, selections: 2_000, tokens: 2_000, cost: 20_000 },
  rates: { agentPerMinute: 6_000, addressPerMinute: 60_000 },
  persisted: { onlyRegistered: false, ttlMs: 7 * 24 * 60 * 60 * 1_000 },
  sockets: {
    maxSockets: 12_000,
    perUser: { connections: 50, operations: 500, messagesPerSecond: 20 },
    // An office, or a mobile network, comes from one.
    perAddress: { connections: 2_000, operations: 20_000, messagesPerSecond: 1_000 },
    maxOperations: 50,
    maxPayloadBytes: 256 * 1024,
    initTimeoutMs: 10_000,
    pingIntervalMs: 30_000,
  },
  live: { bufferEvents: 1_000 },
} as const satisfies Partial<RouterConfig>;

const MAX_STOP_NOTICE_MS = 3_000;
const count = (fallback: number) => integer({ min: 1, max: 1_000_000, example: fallback }).default(fallback);
const { limits, subgraphLimits, rates, persisted, sockets, live } = routerDefaults;

const environment = z.object({
  ...logConfig,
  ...httpConfig,
  ...natsConfig,
  ...redisConfig,
  ...tracingConfig,
  NODE_ENV: z.string().default('production'),
  SUPERGRAPH_FILE: z.string().default(supergraphFile),
  TRUST_PROXY: boolean().default(false),
  BODY_LIMIT: bytes().default(1024 ** 2),
  STOP_NOTICE: duration()
    .refine((ms) => ms <= MAX_STOP_NOTICE_MS, 'must be 3s at most: everything else has to stop within 9s too')
    .default(2_000),
  CHANNELS_URL: url(['http', 'https']),
  CONVERSATIONS_URL: url(['http', 'https']),
  KNOWLEDGE_URL: url(['http', 'https']),
  ANALYTICS_URL: url(['http', 'https']),
  SUBGRAPH_TIMEOUT: duration().default(subgraphLimits.timeoutMs),
  SUBGRAPH_CONNECTIONS: count(subgraphLimits.connections),
  SUBGRAPH_MAX_RESPONSE: bytes().default(subgraphLimits.maxResponseBytes),
  IDENTITY_SECRET: secret(),
  ...tokenConfig,
  TOKEN_JWKS_URL: url(['http', 'https']).optional(),
  ONLY_REGISTERED_OPERATIONS: boolean().default(persisted.onlyRegistered),
  PERSISTED_QUERY_TTL: duration().default(persisted.ttlMs),
  MAX_DEPTH: count(limits.depth),
  MAX_ALIASES: count(limits.aliases),
  MAX_ROOT_FIELDS: count(limits.rootFields),
  MAX_SELECTIONS: count(limits.selections),
  MAX_TOKENS: count(limits.tokens),
  MAX_REQUESTS_PER_AGENT: count(rates.agentPerMinute),
  MAX_REQUESTS_PER_ADDRESS: count(rates.addressPerMinute),
  MAX_COST: count(limits.cost),
  MAX_SOCKETS: count(sockets.maxSockets),
  MAX_OPERATIONS_PER_SOCKET: count(sockets.maxOperations),
  MAX_SOCKETS_PER_USER: count(sockets.perUser.connections),
  MAX_OPERATIONS_PER_USER: count(sockets.perUser.operations),
  MAX_MESSAGES_PER_SECOND_PER_USER: count(sockets.perUser.messagesPerSecond),
  MAX_SOCKETS_PER_ADDRESS: count(sockets.perAddress.connections),
  MAX_OPERATIONS_PER_ADDRESS: count(sockets.perAddress.operations),
  MAX_MESSAGES_PER_SECOND_PER_ADDRESS: count(sockets.perAddress.messagesPerSecond),
  LIVE_BUFFER_EVENTS: count(live.bufferEvents),
});

/** The environment of a router that runs by itself. */
export const configSchema = environment
  .refine((env) => env.TOKEN_SECRET !== undefined || env.TOKEN_JWKS_URL !== undefined, {
    path: ['TOKEN_SECRET'],
    error: 'must be set, or TOKEN_JWKS_URL with the keys of an identity provider',
  })
  .transform((env) => ({
    logLevel: env.LOG_LEVEL,
    tracingEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    service: toConfig(env),
  }));

function toConfig(env: z.output<typeof environment>): RouterConfig {
  return {
    http: {
      host: env.HOST,
      port: env.PORT,
      trustProxy: env.TRUST_PROXY,
      bodyLimit: env.BODY_LIMIT,
      noticeMs: env.STOP_NOTICE,
    },
    production: env.NODE_ENV === 'production',
    supergraphFile: env.SUPERGRAPH_FILE,
    subgraphs: {
      channels: env.CHANNELS_URL,
      conversations: env.CONVERSATIONS_URL,
      knowledge: env.KNOWLEDGE_URL,
      analytics: env.ANALYTICS_URL,
    },
    subgraphLimits: {
      timeoutMs: env.SUBGRAPH_TIMEOUT,
      connections: env.SUBGRAPH_CONNECTIONS,
      maxResponseBytes: env.SUBGRAPH_MAX_RESPONSE,
    },
    natsUrl: env.NATS_URL,
    redisUrl: env.REDIS_URL,
    bearer: {
      secret: env.TOKEN_SECRET,
      jwksUrl: env.TOKEN_JWKS_URL,
      issuer: env.TOKEN_ISSUER,
      audience: env.TOKEN_AUDIENCE,
    },
    identitySecret: env.IDENTITY_SECRET,
    limits: {
      depth: env.MAX_DEPTH,
      aliases: env.MAX_ALIASES,
      rootFields: env.MAX_ROOT_FIELDS,
      selections: env.MAX_SELECTIONS,
      tokens: env.MAX_TOKENS,
      cost: env.MAX_COST,
    },
    rates: { agentPerMinute: env.MAX_REQUESTS_PER_AGENT, addressPerMinute: env.MAX_REQUESTS_PER_ADDRESS },
    persisted: { onlyRegistered: env.ONLY_REGISTERED_OPERATIONS, ttlMs: env.PERSISTED_QUERY_TTL },
    sockets: {
      ...sockets,
      maxSockets: env.MAX_SOCKETS,
      maxOperations: env.MAX_OPERATIONS_PER_SOCKET,
      perUser: {
        connections: env.MAX_SOCKETS_PER_USER,
        operations: env.MAX_OPERATIONS_PER_USER,
        messagesPerSecond: env.MAX_MESSAGES_PER_SECOND_PER_USER,
      },
      perAddress: {
        connections: env.MAX_SOCKETS_PER_ADDRESS,
        operations: env.MAX_OPERATIONS_PER_ADDRESS,
        messagesPerSecond: env.MAX_MESSAGES_PER_SECOND_PER_ADDRESS,
      },
    },
    live: { bufferEvents: env.LIVE_BUFFER_EVENTS },
    graphiql: env.NODE_ENV === 'production' ? undefined : {},
  };
}
