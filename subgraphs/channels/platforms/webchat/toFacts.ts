import { readEvent } from '../fields.ts';
import type { InboundChannel, InboundFact, InboundReceipt, ToFacts } from '../inbound.ts';
import { keptAttachment } from '../attachment.ts';
import { webChatEvent, type WebChatEvent } from './event.ts';

type Said = WebChatEvent & { kind: 'message' };
type Seen = WebChatEvent & { kind: 'read' };

/** The facts of what a visitor of a web chat does: the thread, the contact and the visitor are one. */
export const webChatToFacts: ToFacts = (channel, event) => {
  const told = readEvent(webChatEvent, event, 'an event of the web chat');
  return told.kind === 'message' ? messageOf(channel, told) : receiptsOf(channel, told);
};

function messageOf({ id: channelId }: InboundChannel, said: Said): readonly InboundFact[] {
  const { visitorId, clientId, name, at } = said;
  const text = said.text || null;
  if (text === null && said.files.length === 0) return [];
  const data = {
    channelId,
    platform: 'WEB_CHAT',
    externalMessageId: `${visitorId}:${clientId}`,
    threadExternalId: visitorId,
    contact: { externalId: visitorId, name: name || null, username: null, languageCode: null, phone: null },
    senderName: null,
    sentAt: at,
    text,
    attachments: said.files.map(keptAttachment),
    replyToExternalId: null,
    payload: null,
    story: null,
    referral: null,
    standby: false,
  } as const;
  return [{ kind: 'message', data }];
}

/**
 * A message is shown before its delivery is recorded, so the newest one is told by its id, which waits for its message; those
 * before it are what had been sent by then.
 */
function receiptsOf({ id: channelId }: InboundChannel, { visitorId, upToMessageId, at }: Seen): InboundReceipt[] {
  const receipt = {
    kind: 'receipt',
    channelId,
    threadExternalId: visitorId,
    status: 'READ',
    at,
    failure: null,
    reference: null,
  } as const;
  return [
    { ...receipt, of: { upTo: at } },
    { ...receipt, of: { externalMessageIds: [upToMessageId] } },
  ];
}
