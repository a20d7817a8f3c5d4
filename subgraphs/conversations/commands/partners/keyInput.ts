import { z } from 'zod';
import { userError, type UserError } from '#platform/graphql/errors.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { partnerLimits, partnerName, partnerScopes } from '#schema/partners.ts';
import type { Refusal } from '../asAgent.ts';

/** What a key is to be good for, as somebody asks for it. */
export interface KeyInput {
  readonly partner: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly requestsPerMinute?: number | null | undefined;
  readonly costPerMinute?: number | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/** The same as it is kept. */
export interface KeyTerms {
  readonly partner: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly requestsPerMinute: number;
  readonly costPerMinute: number;
  readonly expiresAt: Date | null;
}

const MOST = { requestsPerMinute: 100_000, costPerMinute: 10_000_000 } as const;
const keyName = z.string().trim().min(1).max(64);

/** Everything that is wrong is said at once. */
export function readTerms(input: KeyInput, now: Date): KeyTerms | Refusal {
  const errors: UserError[] = [];
  const wrong = (field: keyof KeyInput, message: string) =>
    errors.push(userError('INVALID', message, ['input', field]));

  if (!partnerName.safeParse(input.partner).success) {
    wrong('partner', 'A partner’s name has 1 to 63 small letters, digits and dashes, such as `acme-crm`.');
  }
  const name = keyName.safeParse(storableText(input.name));
  if (!name.success) wrong('name', 'A name has 1 to 64 characters.');
  const scopes = [...new Set(input.scopes)];
  const unknown = scopes.filter((scope) => !(partnerScopes as readonly string[]).includes(scope));
  if (scopes.length === 0 || unknown.length > 0) wrong('scopes', `Give some of ${partnerScopes.join(', ')}.`);
  const limits = { ...partnerLimits, ...given(input) };
  for (const field of ['requestsPerMinute', 'costPerMinute'] as const) {
    if (limits[field] < 1 || limits[field] > MOST[field]) wrong(field, `A limit is 1 to ${String(MOST[field])}.`);
  }
  const expiresAt = input.expiresAt ?? null;
  if (expiresAt && expiresAt <= now) wrong('expiresAt', 'A key has to end in the future.');

  if (errors.length > 0 || !name.success) return { userErrors: errors };
  return { partner: input.partner, name: name.data, scopes, ...limits, expiresAt };
}

function given({ requestsPerMinute, costPerMinute }: KeyInput) {
  return { ...(requestsPerMinute != null && { requestsPerMinute }), ...(costPerMinute != null && { costPerMinute }) };
}
