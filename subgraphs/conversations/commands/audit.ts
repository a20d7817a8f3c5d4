import { isDeepStrictEqual } from 'node:util';
import { v7 } from 'uuid';
import type { Actor } from '#platform/events/catalogue.ts';
import { requestOrigin, type RequestOrigin } from '#platform/http/requestOrigin.ts';
import type { Transaction } from '../facts.ts';

type Values = Readonly<Record<string, unknown>>;

export interface Audited {
  /** What happened to what, in the past tense: `contact.updated`. */
  readonly action: string;
  readonly subject: { readonly kind: string; readonly id: string };
  /** Nothing secret, and no texts of messages. What is the same in both is left out. */
  readonly before?: Values | null | undefined;
  readonly after?: Values | null | undefined;
}

/**
 * Enters into the audit log what somebody changed, in the transaction that changes it. For what people change and others
 * may ask about later: settings, roles, teams, contacts, channels; not for what a conversation's activity stream has.
 */
export async function audit(
  { sql, companyId, actor }: Pick<Transaction, 'sql'> & { readonly companyId: string; readonly actor: Actor },
  audited: Audited,
): Promise<void> {
  await enterAudit(sql, { id: v7(), companyId, actor, occurredAt: new Date(), origin: requestOrigin() }, audited);
}

/** Once for each id, however often it comes. */
export async function enterAudit(
  sql: Transaction['sql'],
  entry: {
    readonly id: string;
    readonly companyId: string;
    readonly actor: Actor;
    readonly occurredAt: Date;
    readonly origin: Partial<RequestOrigin> | undefined;
  },
  { action, subject, before = null, after = null }: Audited,
): Promise<void> {
  const { id, companyId, actor, occurredAt, origin } = entry;
  await sql`
    insert into conversations.audit_entries (company_id, id, occurred_at, actor_kind, actor_id, action, subject_kind,
      subject_id, before, after, client_address, request_id)
    values (${companyId}, ${id}, ${occurredAt}, ${actor.kind}, ${actor.id ?? null}, ${action}, ${subject.kind},
      ${subject.id}, ${json(differing(before, after))}::jsonb, ${json(differing(after, before))}::jsonb,
      ${origin?.clientAddress ?? null}, ${origin?.requestId ?? null})
    on conflict (company_id, id) do nothing`;
}

function differing(values: Values | null, others: Values | null): Values | null {
  if (!values || !others) return values;
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => !isDeepStrictEqual(value, others[key])));
}

function json(values: Values | null): string | null {
  return values && JSON.stringify(values);
}
