import type { UserError } from '#platform/graphql/errors.ts';
import type { ConversationEntity } from '../entities/conversation.ts';
import { replyWindow, type ReplyRule } from '../rules/replyWindow.ts';
import { refuse, type CallerTransaction } from './asAgent.ts';
import { contactErased } from './changeContact.ts';

interface Reach extends ReplyRule {
  readonly blockedAt: Date | null;
  /** By the company. */
  readonly contactBlockedAt: Date | null;
  readonly contactErasedAt: Date | null;
  readonly channelName: string | null;
  readonly channelStatus: string | null;
}

/**
 * Says before anything is queued why a message could not reach the contact; what is not known here the platform will say. A
 * partner and a bot are programs: what platforms let only people answer, they do not.
 */
export async function refuseUnreachable(
  { sql, companyId, agentId }: Pick<CallerTransaction, 'sql' | 'companyId' | 'agentId'>,
  { identityId, platform }: ConversationEntity,
  { at, field }: { readonly at: Date; readonly field: string },
): Promise<{ readonly userErrors: readonly UserError[] } | undefined> {
  const [reach] = await sql<Reach>`
    select i.last_inbound_at as "lastInboundAt", i.blocked_at as "blockedAt",
      k.blocked_at as "contactBlockedAt", k.erased_at as "contactErasedAt", c.name as "channelName",
      c.status as "channelStatus", c.human_agent as "humanAgent"
    from conversations.contact_identities i
    join conversations.contacts k on k.company_id = i.company_id and k.id = i.contact_id
    left join conversations.channels c on c.company_id = i.company_id and c.id = i.channel_id
    where i.company_id = ${companyId} and i.id = ${identityId}`;
  if (!reach) return undefined;
  if (reach.channelStatus === 'REMOVED') {
    return refuse('CHANNEL_REMOVED', `${reach.channelName} was removed: nothing goes out by it any more.`, field);
  }
  if (reach.contactErasedAt) return contactErased(field);
  if (reach.contactBlockedAt) {
    return refuse('CONTACT_BLOCKED', 'Your company has blocked the contact: unblock them first.', field);
  }
  if (reach.blockedAt) {
    return refuse('RECIPIENT_BLOCKED', 'The contact wants no messages at present: wait until they write.', field);
  }
  const { state, closesAt } = replyWindow(platform, reach, at);
  if (state === 'HUMAN_AGENT' && agentId === null) {
    return refuse(
      'WINDOW_CLOSED',
      'Only a person may answer now: leave it to an agent, or wait until the contact writes.',
      field,
    );
  }
  if (state !== 'CLOSED') return undefined;
  const ended = closesAt === null ? '' : ` since ${closesAt.toISOString()}`;
  return refuse('WINDOW_CLOSED', `The platform takes no answer${ended}: the contact has to write again first.`, field);
}
