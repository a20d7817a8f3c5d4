import type { DeliveryFailure, Platform } from '#schema/events/values.ts';
import { messageRevisions } from '#schema/platforms.ts';
import type { MessageEntity } from '../entities/message.ts';

/** A change of a message that went to the contact, or is on its way: pending until the platform has made it. */
export interface Revision {
  readonly id: string;
  readonly kind: 'EDIT' | 'DELETE';
  readonly status: 'PENDING' | 'DONE' | 'REFUSED';
  readonly text: string | null;
  readonly requestedAt: string;
  readonly failure: DeliveryFailure | null;
}

type Revised = Pick<
  MessageEntity,
  'direction' | 'authorKind' | 'isPrivate' | 'status' | 'failure' | 'externalId' | 'createdAt'
>;

/** Where a change of a message is made. */
export type RevisionPlace =
  /** Nobody else has it: it is made at once. */
  | { readonly kind: 'here' }
  /** The platform has it, or is about to. */
  | { readonly kind: 'platform' }
  | { readonly kind: 'nowhere'; readonly why: string };

/** Notes always, and what a visitor of a web chat reads here; of the rest what the platform lets be changed. */
export function placeOfRevision(platform: Platform, message: Revised, kind: Revision['kind'], at: Date): RevisionPlace {
  if (message.direction === 'INBOUND') return nowhere('What the contact wrote is the contact’s: it cannot be changed.');
  if (message.isPrivate || platform === 'WEB_CHAT' || neverWentOut(message)) return { kind: 'here' };
  // Whether it has gone out meanwhile is for the channel to find out.
  if (message.status === 'QUEUED') return { kind: 'platform' };
  const { edit, deleteWithinMs, why } = messageRevisions[platform];
  if (kind === 'EDIT') {
    if (message.authorKind === 'CHANNEL') return nowhere('It was written past this inbox: change it there.');
    return edit ? { kind: 'platform' } : nowhere(why);
  }
  if (deleteWithinMs === 0) return nowhere(why);
  return at.getTime() - message.createdAt.getTime() < deleteWithinMs ? { kind: 'platform' } : nowhere(why);
}

/** Of what nobody knows whether it arrived, the contact may have a copy. */
function neverWentOut({ status, externalId, failure }: Revised): boolean {
  return status === 'FAILED' && externalId === null && failure?.code !== 'SEND_UNCONFIRMED';
}

function nowhere(why: string): RevisionPlace {
  return { kind: 'nowhere', why };
}
