import { z } from 'zod';
import { idOrNull } from '../meta/fields.ts';

/** By message, and not by time as on Messenger. https://developers.facebook.com/docs/instagram-platform/webhooks/examples */
export const read = z.object({ mid: idOrNull });
