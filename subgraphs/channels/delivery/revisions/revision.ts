import type { Account, PartChange } from '../../platforms/outbound.ts';

/** What an agent wants changed of a message, as the database has it. */
export interface RevisionRow {
  readonly id: string;
  readonly messageId: string;
  readonly channelId: string;
  readonly threadExternalId: string;
  readonly kind: 'EDIT' | 'DELETE';
  /** Of an edit: what the message is to say. */
  readonly text: string | null;
  /** Of the part that is next. */
  readonly attempts: number;
  /** Those before it are as they should be. */
  readonly partsDone: number;
  readonly createdAt: Date;
}

/** One part that may be changed now, with all that the call needs. */
export interface Revise {
  readonly revision: RevisionRow;
  readonly part: number;
  /** Counts from 1, for each part anew. */
  readonly attempt: number;
  readonly change: PartChange;
  readonly account: Account;
  readonly sealedToken: string | null;
}
