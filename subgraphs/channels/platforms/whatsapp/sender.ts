import { z } from 'zod';
import { mediumOn, type Medium } from '#schema/platformFiles.ts';
import { askGraph } from '../meta/askGraph.ts';
import type { GraphApi, GraphRequest } from '../meta/graphApi.ts';
import { sendByGraph } from '../meta/sendByGraph.ts';
import type { Account, OutgoingFile, OutgoingMessage, OutgoingPart, Sender, SendOptions } from '../outbound.ts';
import { splitText } from '../splitText.ts';

const LONGEST_TEXT = 4_096;
const LONGEST_CAPTION = 1_024;

const sent = z
  .object({ messages: z.tuple([z.object({ id: z.string().min(1) })]) })
  .transform(({ messages: [{ id }] }) => id);

/**
 * Sends as https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages says.
 *
 * @param graph Of graph.facebook.com.
 */
export function createWhatsAppSender(graph: GraphApi): Sender {
  const request = (account: Account, body: object): GraphRequest => ({
    method: 'POST',
    path: `/${encodeURIComponent(account.externalId)}/messages`,
    body: { messaging_product: 'whatsapp', ...body },
  });

  return {
    // Every status says what we gave along with its send.
    confirms: true,
    parts,
    paces: ({ externalId }, threadExternalId) => [
      // 80 a second for each number: a tenth below, and a burst that does not take a second above.
      { key: `whatsapp:${externalId}`, perSecond: 72, burst: 4 },
      // One in six seconds to the same person; up to 45 at once are lent from the time that follows.
      { key: `whatsapp:${externalId}:${threadExternalId}`, perSecond: 1 / 6, burst: 40 },
    ],
    send: (account, part, options) =>
      sendByGraph(graph, account.token, request(account, messageBody(part, options)), sent),
    async signal(account, _thread, { kind, externalMessageId }) {
      // Both are said of a message that the person wrote; without one there is nothing to say.
      if (externalMessageId === null) return;
      const body = {
        status: 'read',
        message_id: externalMessageId,
        ...(kind === 'typing' && { typing_indicator: { type: 'text' } }),
      };
      await askGraph(graph, account.token, request(account, body), z.unknown());
    },
  };
}

/** A text that comes with one picture, film or document stands below it. */
function parts({ text, files }: OutgoingMessage): readonly OutgoingPart[] {
  const words = (text ?? '').trim();
  const [file, another] = files;
  if (file && !another && words && words.length <= LONGEST_CAPTION && takesCaption(file)) {
    return [{ file, caption: words }];
  }
  return [
    ...splitText(words, LONGEST_TEXT).map((part) => ({ text: part })),
    ...files.map((each) => ({ file: each, caption: null })),
  ];
}

function takesCaption(file: OutgoingFile): boolean {
  return ['image', 'video', 'document'].includes(mediaType(file));
}

function messageBody(part: OutgoingPart, options: SendOptions): object {
  const { threadExternalId, replyToExternalId, reference } = options;
  return {
    ...recipient(threadExternalId),
    biz_opaque_callback_data: reference,
    ...(replyToExternalId !== null && { context: { message_id: replyToExternalId } }),
    ...('text' in part ? { type: 'text', text: { body: part.text } } : media(part.file, part.caption)),
  };
}

/**
 * People are known by their number, or by an id that the business has for them, such as `DE.1234abcd`, which takes its place
 * where they hide it; else it is a group. https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
 */
function recipient(threadExternalId: string): object {
  if (/^\d+$/.test(threadExternalId)) return { recipient_type: 'individual', to: threadExternalId };
  if (/^[A-Z]{2}\./.test(threadExternalId)) return { recipient_type: 'individual', recipient: threadExternalId };
  return { recipient_type: 'group', to: threadExternalId };
}

function media(file: OutgoingFile, caption: string | null): object {
  const type = mediaType(file);
  const described = {
    link: file.url,
    ...(caption !== null && { caption }),
    ...(type === 'document' && file.name !== null && { filename: file.name }),
  };
  return { type, [type]: described };
}

const mediaTypes = {
  IMAGE: 'image',
  VIDEO: 'video',
  AUDIO: 'audio',
  STICKER: 'sticker',
  DOCUMENT: 'document',
} as const satisfies Record<Medium, string>;

function mediaType(file: OutgoingFile) {
  return mediaTypes[mediumOn('WHATSAPP', file) ?? 'DOCUMENT'];
}
