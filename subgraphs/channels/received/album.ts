import type { Attachment } from '#schema/events/values.ts';
import type { Data } from '../platforms/inbound.ts';

type Received = Data<'channel.message.received'>;

/** Pictures that were sent together and come one by one. */
export interface Album {
  /** The id under which it was told: that of the picture that came first. */
  readonly externalMessageId: string;
  readonly items: readonly {
    readonly position: number;
    readonly text: string | null;
    readonly attachments: readonly Attachment[];
  }[];
}

/** Telegram's albums have up to ten pictures; one without an end must not grow for ever. */
const MAX_ITEMS = 50;

/** One more picture, in its place. The first one is told as a message, each later one as an extension of it. */
export function addToAlbum(
  album: Album | null,
  position: number,
  data: Received,
): { readonly album: Album; readonly extension: Data<'channel.message.extended'> | null } {
  const item = { position, text: data.text, attachments: data.attachments };
  if (!album) return { album: { externalMessageId: data.externalMessageId, items: [item] }, extension: null };
  const items = [...album.items, item].sort((a, b) => a.position - b.position).slice(0, MAX_ITEMS);
  const { channelId, threadExternalId } = data;
  const extension = {
    channelId,
    threadExternalId,
    externalMessageId: album.externalMessageId,
    text: items.find(({ text }) => text !== null)?.text ?? null,
    attachments: items.flatMap(({ attachments }) => attachments),
  };
  return { album: { ...album, items }, extension };
}
