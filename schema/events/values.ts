import { z } from 'zod';

/** UUIDv7 everywhere in the project; accepted as any UUID, so that keys of imported data fit too. */
export const id = z.guid();

/** RFC 3339 with milliseconds, UTC. */
export const instant = z.iso.datetime({ precision: 3 });

export const platform = z.enum(['MESSENGER', 'INSTAGRAM', 'TELEGRAM', 'WHATSAPP', 'WEB_CHAT']);
export type Platform = z.output<typeof platform>;

export const conversationStatus = z.enum(['PENDING', 'OPEN', 'SNOOZED', 'RESOLVED']);
export type ConversationStatus = z.output<typeof conversationStatus>;

export const priority = z.enum(['LOW', 'NORMAL', 'HIGH', 'URGENT']);
export type Priority = z.output<typeof priority>;

export const presence = z.enum(['ONLINE', 'AWAY', 'OFFLINE']);
export type Presence = z.output<typeof presence>;

export const deliveryStatus = z.enum(['RECEIVED', 'QUEUED', 'SENT', 'DELIVERED', 'READ', 'FAILED']);
export type DeliveryStatus = z.output<typeof deliveryStatus>;

/** What an agent may do to a message afterwards. */
export const revisionKind = z.enum(['EDIT', 'DELETE']);

export const attachment = z.object({
  /** Names it among the attachments of its message; absent on those that agents give by address. */
  id: id.nullable().default(null),
  kind: z.enum(['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'LOCATION', 'STICKER', 'OTHER']),
  /** Absent while only the platform can hand the file out: then `platformFileId` names it there. */
  url: z.url().nullable(),
  platformFileId: z.string().nullable(),
  name: z.string().nullable(),
  mimeType: z.string().nullable(),
  /** Bytes. */
  size: z.int().nonnegative().nullable(),
  latitude: z.number().min(-90).max(90).nullable(),
  longitude: z.number().min(-180).max(180).nullable(),
  /** Our own copy, by its key in the file store: the platforms' addresses die within hours. */
  fileKey: z.string().min(1).nullable().default(null),
});
export type Attachment = z.output<typeof attachment>;
export type AttachmentKind = Attachment['kind'];

export const deliveryFailure = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });
export type DeliveryFailure = z.output<typeof deliveryFailure>;

export const weekdays = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

/** When a company is there for its customers, by its own clocks. */
export const businessHours = z.object({
  /** Minutes since midnight; from the first up to, and without, the second, which is 1440 at the day's end. */
  week: z.array(
    z.object({
      day: z.enum(weekdays),
      from: z.int().min(0).max(1_439),
      to: z.int().min(1).max(1_440),
    }),
  ),
  /** Dates on which it is closed. */
  holidays: z.array(z.iso.date()),
});
export type BusinessHours = z.output<typeof businessHours>;
