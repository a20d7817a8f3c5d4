import type { Keyring } from '#platform/secrets/keyring.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { mediumOn, typeByName } from '#schema/platformFiles.ts';
import { messagingWindowAt } from '#schema/platforms.ts';
import type { Attachment, DeliveryFailure, Platform } from '#schema/events/values.ts';
import {
  partReference,
  type Account,
  type OutgoingFile,
  type OutgoingPart,
  type SendOptions,
} from '../platforms/outbound.ts';
import type { Senders } from '../platforms/senders.ts';
import type { ChannelStatus } from '../rows.ts';
import { openAccount } from '../credentials/openAccount.ts';
import {
  channelNotFound,
  channelRemoved,
  fileRefused,
  messageEmpty,
  sendUnconfirmed,
  windowClosed,
} from './failures.ts';
import { deliveryPayload, type DeliveryPayload } from './payload.ts';

/** How long an unconfirmed send may still be confirmed by its echo or status before a person is asked. */
const CONFIRMATION_LIMIT_MS = 60_000;

/** The first message of a queue that has no outcome, as the database has it. */
export interface HeadRow {
  readonly messageId: string;
  readonly channelId: string;
  readonly status: 'WAITING' | 'SENDING' | 'UNCONFIRMED';
  /** Of the part that is to go out, or under way. */
  readonly attempts: number;
  readonly claimedBy: string | null;
  readonly threadExternalId: string;
  readonly payload: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The numbers of the parts that the platform has. */
  readonly sentParts: readonly number[];
  /** Null, as the next four, when the company has no such channel. */
  readonly platform: Platform | null;
  readonly channelStatus: ChannelStatus | null;
  readonly externalId: string | null;
  readonly accessToken: string | null;
  readonly settings: unknown;
  readonly lastInboundAt: Date | null;
  /** Whether somebody wants a message of the conversation changed. */
  readonly revised: boolean;
}

/** One part that may be sent now, with all that the send needs. */
export interface Send {
  readonly messageId: string;
  readonly channelId: string;
  readonly part: number;
  readonly partCount: number;
  /** Counts from 1, for each part anew. */
  readonly attempt: number;
  readonly content: OutgoingPart;
  readonly account: Account;
  /** As it was when the account was opened: by it a token that was refused is told from a newer one. */
  readonly sealedToken: string | null;
  readonly options: SendOptions;
}

/** What has to happen with the head of a queue. */
export type Decision =
  | { readonly kind: 'send'; readonly send: Send }
  | { readonly kind: 'fail'; readonly failure: DeliveryFailure }
  /** Whoever sent it is gone, and nobody knows whether the platform took it. */
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** Until the channel is resumed. */
  | { readonly kind: 'park' }
  | { readonly kind: 'unauthorized' };

export interface DecideOptions {
  readonly senders: Senders;
  readonly keyring: Keyring;
  /** Where the platform can fetch a file that we keep, for the next hour. */
  readonly fileAddress: (fileKey: string) => string;
}

export function decide(companyId: string, head: HeadRow, now: Date, options: DecideOptions): Decision {
  const { platform, channelStatus, externalId } = head;
  if (platform === null || channelStatus === null || externalId === null) {
    return { kind: 'fail', failure: channelNotFound };
  }
  if (channelStatus === 'REMOVED') return { kind: 'fail', failure: channelRemoved };
  const sender = options.senders[platform];
  if (head.status === 'SENDING') return { kind: 'unconfirmed' };
  if (head.status === 'UNCONFIRMED') {
    const waitMs = sender.confirms ? head.updatedAt.getTime() + CONFIRMATION_LIMIT_MS - now.getTime() : 0;
    return waitMs > 0 ? { kind: 'wait', waitMs } : { kind: 'fail', failure: sendUnconfirmed };
  }
  if (channelStatus !== 'ACTIVE') return { kind: 'park' };
  const account = openAccount(options.keyring, companyId, { ...head, platform, externalId });
  if (!account) return { kind: 'unauthorized' };

  const payload = deliveryPayload.parse(head.payload);
  const files = filesOf(companyId, payload, options);
  const parts = sender.parts({ text: payload.text && storableText(payload.text), files });
  const refused = files.find((file) => mediumOn(platform, file) === undefined);
  if (refused) return { kind: 'fail', failure: fileRefused(platform, refused) };
  const part = parts.findIndex((_, number) => !head.sentParts.includes(number));
  const content = parts[part];
  if (!content) return { kind: 'fail', failure: messageEmpty };
  const humanAgent = needsHumanAgent(payload, account, head.lastInboundAt, now);
  if (humanAgent === undefined) return { kind: 'fail', failure: windowClosed(platform) };

  return {
    kind: 'send',
    send: {
      messageId: head.messageId,
      channelId: head.channelId,
      part,
      partCount: parts.length,
      attempt: head.attempts + 1,
      content,
      account,
      sealedToken: head.accessToken,
      options: {
        threadExternalId: head.threadExternalId,
        replyToExternalId: part === 0 ? payload.replyToExternalId : null,
        reference: partReference(head.messageId, part),
        humanAgent,
      },
    },
  };
}

/** Undefined when no rule of the platform lets the message out any more. */
function needsHumanAgent(
  { authorKind }: DeliveryPayload,
  { platform, settings }: Account,
  lastInboundAt: Date | null,
  at: Date,
): boolean | undefined {
  const window = messagingWindowAt(platform, { lastInboundAt, at });
  if (window === 'STANDARD') return false;
  return window === 'HUMAN_AGENT' && settings.humanAgent && authorKind === 'AGENT' ? true : undefined;
}

export function filesOf(companyId: string, { attachments }: DeliveryPayload, options: DecideOptions): OutgoingFile[] {
  return attachments.flatMap((attachment) => outgoingFile(companyId, attachment, options));
}

/** Of our own copies, only those of the company: what a message names is no proof that it may have it. */
function outgoingFile(companyId: string, attachment: Attachment, { fileAddress }: DecideOptions): OutgoingFile[] {
  const { kind, name, size } = attachment;
  const fileKey = attachment.fileKey?.startsWith(`${companyId}/`) ? attachment.fileKey : null;
  const url = fileKey === null ? attachment.url : fileAddress(fileKey);
  if (url === null) return [];
  const mimeType = attachment.mimeType ?? typeByName(name ?? new URL(url).pathname);
  return [{ kind, url, fileKey, name, mimeType, size }];
}
