import { z } from 'zod';
import { attachment, businessHours, deliveryFailure, id, instant, platform, revisionKind } from './values.ts';

/** Where something happened: every fact about a conversation's other side says it, and is ordered by it. */
const place = {
  channelId: id,
  /** Where an answer has to go: the chat, thread or user, in the platform's own ids. */
  threadExternalId: z.string().min(1),
};

/** Who is on the other side, as far as the platform tells. In a group it is the group. */
const contact = z.object({
  externalId: z.string().min(1),
  name: z.string().nullable(),
  username: z.string().nullable(),
  languageCode: z.string().nullable(),
  /** E.164, where the platform knows it. */
  phone: z.string().nullable().default(null),
});

/** What led a person here: an advertisement, a link, a QR code. */
const referral = z.object({
  source: z.string().nullable(),
  type: z.string().nullable(),
  /** What the company put into the link. */
  ref: z.string().nullable(),
  adId: z.string().nullable(),
  title: z.string().nullable(),
  url: z.string().nullable(),
});

export type Referral = z.output<typeof referral>;

/** A story of the company that a message answers or in which it is mentioned. */
const story = z.object({ kind: z.enum(['REPLY', 'MENTION']), id: z.string().nullable(), url: z.string().nullable() });
export type Story = z.output<typeof story>;

/** Somebody wrote to the company. Published once per message of the platform, however often the platform tells it. */
export const messageReceived = {
  version: 1,
  data: z.object({
    ...place,
    platform,
    /** Unique within the channel. */
    externalMessageId: z.string().min(1),
    contact,
    /** In a group: which member wrote. */
    senderName: z.string().nullable().default(null),
    /** The platform's time. */
    sentAt: instant,
    text: z.string().nullable(),
    attachments: z.array(attachment),
    replyToExternalId: z.string().nullable(),
    /** What a button that was pressed stands for; the text is what it said. */
    payload: z.string().nullable().default(null),
    story: story.nullable().default(null),
    referral: referral.nullable().default(null),
    /** Another app has the thread in hand: to be shown, and not to be answered by a bot. */
    standby: z.boolean().default(false),
  }),
} as const;

/** The company wrote past this inbox: in the page's own inbox, on the phone, or by another app. */
export const messageEchoed = {
  version: 1,
  data: z.object({
    ...place,
    platform,
    /** Given here, so that what is said of its delivery finds it. */
    messageId: id,
    externalMessageId: z.string().min(1),
    contact,
    sentAt: instant,
    text: z.string().nullable(),
    attachments: z.array(attachment),
    replyToExternalId: z.string().nullable(),
  }),
} as const;

/** The author changed a message. Told in the order of the revisions, after the message itself. */
export const messageEdited = {
  version: 1,
  data: z.object({
    ...place,
    externalMessageId: z.string().min(1),
    text: z.string().nullable(),
    /** Null when the edit says nothing of attachments. */
    attachments: z.array(attachment).nullable(),
    editedAt: instant,
  }),
} as const;

/** More of a message came in: a further picture of an album. The attachments are all that there are by now, in their order. */
export const messageExtended = {
  version: 1,
  data: z.object({
    ...place,
    externalMessageId: z.string().min(1),
    text: z.string().nullable(),
    attachments: z.array(attachment),
  }),
} as const;

/** The author took a message back. */
export const messageRemoved = {
  version: 1,
  data: z.object({ ...place, externalMessageId: z.string().min(1), removedAt: instant }),
} as const;

/** What a person's reaction to a message is now; null: none any more. */
export const messageReacted = {
  version: 1,
  data: z.object({
    ...place,
    externalMessageId: z.string().min(1),
    /** Who reacted, in the platform's ids. */
    byExternalId: z.string().min(1),
    emoji: z.string().min(1).nullable(),
    reactedAt: instant,
  }),
} as const;

/** A message came with a file that only its platform has: somebody has to fetch it, before its address dies. */
export const attachmentFound = {
  version: 1,
  data: z.object({ ...place, externalMessageId: z.string().min(1), attachment: attachment.extend({ id }) }),
} as const;

/** A file of a message has a copy of our own, or never will: then `failure` says why. */
export const attachmentStored = {
  version: 1,
  data: z.object({
    ...place,
    externalMessageId: z.string().min(1),
    attachment,
    failure: z.string().nullable(),
  }),
} as const;

/** What the platform knows of a person, looked up after they wrote. Null is unknown. */
export const contactProfiled = {
  version: 1,
  data: z.object({ ...place, contact, pictureFileKey: z.string().nullable() }),
} as const;

/** What happens in a thread and is no message. */
export const threadActivity = {
  version: 1,
  data: z.object({
    ...place,
    contact,
    kind: z.enum([
      'REFERRED',
      'OPTED_IN',
      'ACCOUNT_LINKED',
      'ACCOUNT_UNLINKED',
      /** Another app took the thread, or gave it back. */
      'CONTROL_CHANGED',
      /** The person does not want to hear from the company any more, or again. */
      'BLOCKED',
      'UNBLOCKED',
      /** The company's account was added to a group, or taken out. */
      'JOINED',
      'LEFT',
      /** The person has another id on the platform from now on: `detail.to`. */
      'MOVED',
      /** The platform says something against the account or a message. */
      'POLICY',
    ]),
    detail: z.record(z.string(), z.string()),
    occurredAt: instant,
  }),
} as const;

/**
 * What became of a message that the company sent. Version 2: also of messages that were written past this inbox, whose
 * conversation the channels do not know.
 */
export const deliveryUpdated = {
  version: 2,
  data: z.object({
    channelId: id,
    threadExternalId: z.string().min(1).nullable().default(null),
    conversationId: id.nullable(),
    messageId: id,
    status: z.enum(['SENT', 'DELIVERED', 'READ', 'FAILED']),
    externalMessageId: z.string().nullable(),
    failure: deliveryFailure.nullable(),
  }),
} as const;

/** What became of a change that an agent wanted of a message: made where the contact has it, or not to be made. */
export const messageRevised = {
  version: 1,
  data: z.object({
    ...place,
    conversationId: id,
    messageId: id,
    revisionId: id,
    kind: revisionKind,
    text: z.string().nullable(),
    status: z.enum(['DONE', 'REFUSED']),
    failure: deliveryFailure.nullable(),
  }),
} as const;

/** Somebody of the company changed a channel, or the company: an entry of the audit log. `before` is null when the channel is new. */
export const channelAudited = {
  version: 1,
  data: z.object({
    /** Of the channel; or of the company. */
    channelId: id,
    subjectKind: z.enum(['channel', 'company']).default('channel'),
    action: z.string(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    origin: z.object({ requestId: z.string(), clientAddress: z.string().nullable() }).nullable(),
  }),
} as const;

/** A company as it is now: when it was founded, and when somebody changed its clocks or its hours. */
export const companyChanged = {
  version: 1,
  data: z.object({
    name: z.string(),
    /** IANA name. */
    timeZone: z.string(),
    /** Null: at any time. */
    businessHours: businessHours.nullable().default(null),
  }),
} as const;

/** A channel as it is now: connected, changed, paused, resumed, in need of a new token, or removed. */
export const channelChanged = {
  version: 1,
  data: z.object({
    channelId: id,
    platform,
    name: z.string(),
    status: z.enum(['ACTIVE', 'PAUSED', 'NEEDS_REAUTHORIZATION', 'REMOVED']),
    /** Whether a person may answer after the platform's 24 hours: the app has the permission for HUMAN_AGENT. */
    humanAgent: z.boolean(),
  }),
} as const;
