import { z } from 'zod';
import { mediumOn, type Medium } from '#schema/platformFiles.ts';
import { splitText, type TextMeasure } from '../splitText.ts';
import type { Account, OutgoingFile, OutgoingPart, Pace, Sender, SendOptions, Signal } from '../outbound.ts';
import { askGraph } from './askGraph.ts';
import type { GraphApi, GraphRequest } from './graphApi.ts';
import { sendByGraph } from './sendByGraph.ts';

/** In what Messenger and Instagram differ. */
export interface Messaging {
  readonly platform: 'MESSENGER' | 'INSTAGRAM';
  readonly longestText: number;
  readonly textMeasure: TextMeasure;
  /** Whether it takes metadata with a message and gives it back in the echo. */
  readonly takesMetadata: boolean;
  graph(account: Account): GraphApi;
  /** Whose messages it is: `/<page id>`. */
  path(account: Account): string;
}

const sent = z.object({ message_id: z.string().min(1) }).transform(({ message_id: id }) => id);

/** Sends as https://developers.facebook.com/docs/messenger-platform/reference/send-api says; Instagram takes the same. */
export function createMessagingSender(messaging: Messaging): Sender {
  const request = (account: Account, body: object): GraphRequest => ({
    method: 'POST',
    path: `${messaging.path(account)}/messages`,
    body,
  });

  return {
    // What we send comes back as an echo.
    confirms: true,
    parts: ({ text, files }) => [
      ...splitText(text ?? '', messaging.longestText, messaging.textMeasure).map((part) => ({ text: part })),
      ...files.map((file) => ({ file, caption: null })),
    ],
    paces: (account, _thread, part) => [paceOf(messaging.platform, account, part)],
    send: (account, part, options) => {
      const body = messageBody(part, options, messaging);
      return sendByGraph(messaging.graph(account), account.token, request(account, body), sent);
    },
    async signal(account, threadExternalId, signal) {
      const body = { recipient: { id: threadExternalId }, sender_action: senderActions[signal.kind] };
      await askGraph(messaging.graph(account), account.token, request(account, body), z.unknown());
    },
  };
}

const senderActions = { typing: 'typing_on', seen: 'mark_seen' } as const satisfies Record<Signal['kind'], string>;

/**
 * 300 calls a second for each account, 10 for audio and video: a tenth below, and a burst that does not take a second above.
 * https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting
 */
function paceOf(platform: Messaging['platform'], { externalId }: Account, part: OutgoingPart): Pace {
  const key = `${platform.toLowerCase()}:${externalId}`;
  const slow = 'file' in part && ['audio', 'video'].includes(attachmentType(platform, part.file));
  return slow ? { key: `${key}:media`, perSecond: 9, burst: 1 } : { key, perSecond: 270, burst: 15 };
}

function messageBody(part: OutgoingPart, options: SendOptions, { platform, takesMetadata }: Messaging): object {
  const { threadExternalId, replyToExternalId, reference, humanAgent } = options;
  return {
    recipient: { id: threadExternalId },
    ...(humanAgent ? { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } : { messaging_type: 'RESPONSE' }),
    message: {
      ...('text' in part
        ? { text: part.text }
        : {
            attachment: {
              type: attachmentType(platform, part.file),
              payload: { url: part.file.url, is_reusable: false },
            },
          }),
      ...(takesMetadata && { metadata: reference }),
    },
    ...(replyToExternalId !== null && { reply_to: { mid: replyToExternalId } }),
  };
}

const attachmentTypes = {
  IMAGE: 'image',
  STICKER: 'image',
  VIDEO: 'video',
  AUDIO: 'audio',
  DOCUMENT: 'file',
} as const satisfies Record<Medium, string>;

function attachmentType(platform: Messaging['platform'], file: OutgoingFile) {
  return attachmentTypes[mediumOn(platform, file) ?? 'DOCUMENT'];
}
