import { v5 } from 'uuid';
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

/** Makes an id of our own out of a platform's; any would do, as long as it stays. */
const NAMESPACE = '6f6d9a5e-9d0b-4c53-8a55-0f0c7f6a3b21';

/**
 * A file of a message that the platform hands out by id, to be fetched later. The same file has the same id of ours, so
 * that a message that is edited keeps the copy that there is.
 *
 * @param uniqueId Stays, where the id that it is fetched by does not.
 */
export function fileAttachment(
  file: Pick<Attachment, 'kind'> & { platformFileId: string } & Partial<Pick<Attachment, 'name' | 'mimeType' | 'size'>>,
  uniqueId = file.platformFileId,
): Attachment {
  return { ...unknownAttachment, id: v5(uniqueId, NAMESPACE), ...file };
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
