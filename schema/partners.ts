import { z } from 'zod';
import { id } from './events/values.ts';

/** What a partner's key can be given; a test holds them equal to what the tables of access ask for. */
export const partnerScopes = [
  'analytics:read',
  'bi:query',
  'contacts:read',
  'contacts:write',
  'conversations:read',
  'conversations:write',
  'directory:read',
  'knowledge:read',
] as const;

/** How a company calls a partner: in keys, activities, the audit log, limits and reports. */
export const partnerName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);

/** How much a key may ask for, unless something else is said of it. */
export const partnerLimits = { requestsPerMinute: 600, costPerMinute: 60_000 } as const;

/**
 * Where conversations tells the router about partners, besides the graph. Like a subgraph it believes whoever is signed as a service, for
 * the company that the signature names.
 */
export const partnerPaths = {
  key: '/partners/key',
  operation: '/partners/operation',
  used: '/partners/used',
} as const;

/** Asks whether a key is one. Of the key itself only its hash goes over the wire. */
export const keyQuestion = z.object({ keyId: id, hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** What a key is good for. */
export const keyAnswer = z.object({
  partner: z.string(),
  scopes: z.array(z.string()),
  requestsPerMinute: z.int().positive(),
  costPerMinute: z.int().positive(),
  /** Null: until it is revoked. */
  expiresAt: z.iso.datetime().nullable(),
});
export type KeyAnswer = z.output<typeof keyAnswer>;

/** By which an operation is called: what the partner's own tools made of it, most often a hash. */
export const operationId = z.string().regex(/^[A-Za-z0-9_:.-]{1,128}$/);

/** An operation that a partner may run. */
export interface PublishedOperation {
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly body: string;
  /** As it is estimated with the defaults of its variables. */
  readonly cost: number;
}

/** Asks what a partner means by an id. */
export const operationQuestion = z.object({ partner: z.string(), id: operationId });

export const operationAnswer = z.object({ name: z.string(), body: z.string() });
export type OperationAnswer = z.output<typeof operationAnswer>;

/** When a key was used last, and how often for which of its partner's operations since that was told. */
const keyUsed = z.object({
  keyId: id,
  at: z.iso.datetime(),
  calls: z.array(z.object({ operationId, calls: z.int().positive() })).max(2_000),
});
export type KeyUsed = z.output<typeof keyUsed>;
export const keysUsed = z.object({ used: z.array(keyUsed).max(1_000) });
