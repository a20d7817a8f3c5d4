import { v7 } from 'uuid';
import type { Attachment } from '#schema/events/values.ts';

const nothing: Attachment = {
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

/** A file of a message that the platform hands out by id, to be fetched later: named by an id of our own. */
export function fileAttachment(
  file: Pick<Attachment, 'kind'> & { platformFileId: string } & Partial<Pick<Attachment, 'name' | 'mimeType' | 'size'>>,
): Attachment {
  return { ...nothing, id: v7(), ...file };
}

/** A file of which we have the only copy. */
export function keptAttachment(
  file: Pick<Attachment, 'kind' | 'name' | 'mimeType' | 'size'> & { readonly id: string; readonly fileKey: string },
): Attachment {
  return { ...nothing, ...file };
}

/** A place on the map: there is no file to it. */
export function locationAttachment(place: {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string | null | undefined;
}): Attachment {
  const { latitude, longitude, name } = place;
  return { ...nothing, kind: 'LOCATION', latitude, longitude, name: name || null };
}
