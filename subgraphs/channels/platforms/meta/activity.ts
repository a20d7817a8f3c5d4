import type { Data, InboundFact } from '../inbound.ts';
import { contactOf, placeOf, timeOf, type Scene } from './scene.ts';

type Activity = Data<'channel.thread.activity'>;

/** Something that happened in the thread and is no message; of the detail, what is known. */
export function activity(
  scene: Scene,
  kind: Activity['kind'],
  detail: Readonly<Record<string, string | null>>,
): InboundFact {
  const place = placeOf(scene);
  return {
    kind: 'activity',
    data: {
      ...place,
      contact: contactOf(place.threadExternalId),
      kind,
      detail: Object.fromEntries(Object.entries(detail).flatMap(([key, value]) => (value ? [[key, value]] : []))),
      occurredAt: timeOf(scene),
    },
  };
}

/** Something that happened to the whole account: its thread, which has no messages, is named by the account itself. */
export function accountActivity(
  scene: Scene,
  kind: Activity['kind'],
  detail: Readonly<Record<string, string | null>>,
): InboundFact {
  return activity({ ...scene, personId: scene.channel.externalId }, kind, detail);
}
