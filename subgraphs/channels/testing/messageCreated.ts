import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { NewEvent } from '#platform/events/catalogue.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';

/** What conversations tells when a message was written; by default one to a contact. */
export function messageCreated(
  tenant: { readonly channel: { readonly id: string } },
  conversationId: string,
  text: string | null,
  overrides: {
    readonly chatId?: string;
    readonly channelId?: string;
    readonly isPrivate?: boolean;
    readonly direction?: 'INBOUND' | 'OUTBOUND';
    readonly replyToExternalId?: string;
    readonly authorKind?: 'AGENT' | 'BOT' | 'PARTNER';
    readonly attachments?: readonly string[];
    readonly fileKey?: string;
  },
): NewEvent<SwitchboardCatalogue> & { type: 'conversation.message.created' } {
  const { chatId = '1', isPrivate = false, direction = 'OUTBOUND', replyToExternalId = null } = overrides;
  const now = new Date().toISOString();
  const agentId = randomUUID();
  const nothing = { platformFileId: null, name: null, mimeType: null, size: null, latitude: null, longitude: null };
  const toContact = direction === 'OUTBOUND' && !isPrivate;
  return {
    type: 'conversation.message.created',
    actor: { kind: 'agent', id: agentId },
    data: {
      conversation: {
        id: conversationId,
        number: 1,
        channelId: overrides.channelId ?? tenant.channel.id,
        platform: 'TELEGRAM',
        contactId: randomUUID(),
        status: 'OPEN',
        priority: 'NORMAL',
        assigneeId: null,
        teamId: null,
        labelIds: [],
        openedAt: now,
        lastActivityAt: now,
      },
      message: {
        id: v7(),
        direction,
        authorKind: overrides.authorKind ?? 'AGENT',
        authorId: agentId,
        isPrivate,
        text,
        attachments: (overrides.attachments ?? []).map((url) => ({
          ...nothing,
          kind: 'FILE' as const,
          url,
          fileKey: overrides.fileKey ?? null,
        })),
        status: toContact ? 'QUEUED' : 'RECEIVED',
        createdAt: now,
      },
      delivery: toContact ? { threadExternalId: chatId, replyToExternalId } : null,
      firstResponseSeconds: null,
    },
  };
}
