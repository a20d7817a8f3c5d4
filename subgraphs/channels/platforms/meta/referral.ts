import { z } from 'zod';
import { activity } from './activity.ts';
import { rule } from './createToFacts.ts';
import { idOrNull, text, webAddress } from './fields.ts';

/**
 * What led a person here: an m.me or ig.me link, an advertisement, a product of the shop, which is named by its id.
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_referrals
 */
export const referral = z
  .object({
    source: text,
    type: text,
    ref: text,
    ad_id: idOrNull,
    referer_uri: webAddress,
    ads_context_data: z.object({ ad_title: text }).nullish(),
    product: z.object({ id: idOrNull }).nullish(),
  })
  .transform(({ source, type, ref, ad_id, referer_uri, ads_context_data, product }) => ({
    source: source ?? (product ? 'PRODUCT' : null),
    type,
    ref: ref ?? product?.id ?? null,
    adId: ad_id,
    title: ads_context_data?.ad_title ?? null,
    url: referer_uri,
  }));

/** Somebody came back by a link into a thread that was there already, and has not written yet. */
export const referralRule = rule('referral', referral, (value, scene) => [activity(scene, 'REFERRED', value)]);
