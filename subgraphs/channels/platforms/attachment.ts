import { v5, v7 } from 'uuid';
import type { Attachment } from '#schema/events/values.ts';

/** Says that there is something, and not what. */
export const unknownAttachment: Attachment = {
  id: null,
  kind: 'OTHER',
  url: null,
  platformFileId: null,
  name: null,
  mimeType: null,
  size: null,
  latitude: null,
  longitude: null,
  fileKey: null,
};

/** Makes an id of our own out of a name; any would do, as long as it stays. */
const NAMESPACE = '6f6d9a5e-9d0b-4c53-8a55-0f0c7f6a3b21';

/**
 * A file of a message that the platform hands out by id, to be fetched later.
 *
 * @param name Of the file in its message, unique over all channels, where the message may be told again with the same file:
 *   then it has the same id each time, and an edited message keeps the copy that there is.
 */
export function fileAttachment(
  file: Pick<Attachment, 'kind'> & { platformFileId: string } & Partial<Pick<Attachment, 'name' | 'mimeType' | 'size'>>,
  name?: string,
): Attachment {
  return { ...unknownAttachment, id: name === undefined ? v7() : v5(name, NAMESPACE), ...file };
}

/** A file of which we have the only copy. */
export function keptAttachment(
  file: Pick<Attachment, 'kind' | 'name' | 'mimeType' | 'size'> & { readonly id: string; readonly fileKey: string },
): Attachment {
  return { ...unknownAttachment, ...file };
}

/** A place on the map: there is no file to it. */
export function locationAttachment(place: {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string | null | undefined;
}): Attachment {
  const { latitude, longitude, name } = place;
  return { ...unknownAttachment, kind: 'LOCATION', latitude, longitude, name: name || null };
}
