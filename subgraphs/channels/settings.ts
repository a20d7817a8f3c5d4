import { z } from 'zod';

/** How a web chat looks and whom it lets in. */
const webChatSettings = z.object({
  /** Origins of the pages that may show it, such as `https://shop.example`. */
  allowedOrigins: z.array(z.string()),
  /** CSS hex colour. */
  color: z.string().regex(/^#[0-9a-f]{6}$/),
  title: z.string(),
  greeting: z.string(),
  /** Shown while the visitor has no connection. */
  offlineNotice: z.string(),
  /** Only visitors whose identity the site has signed. */
  requireIdentity: z.boolean(),
});
export type WebChatSettings = z.output<typeof webChatSettings>;

/** What a channel needs besides its credentials; nothing in it is secret. */
export const channelSettings = z.object({
  /** Messenger, Instagram: the app may use HUMAN_AGENT, so people may answer for seven days. */
  humanAgent: z.boolean().default(false),
  /** Instagram: connected by its Facebook page, or by Instagram's own login. */
  instagramLogin: z.enum(['PAGE', 'INSTAGRAM']).default('PAGE'),
  /** WhatsApp: the business account that the number belongs to. */
  businessAccountId: z.string().nullable().default(null),
  webChat: webChatSettings.nullable().default(null),
});
export type ChannelSettings = z.output<typeof channelSettings>;
