import type { Platform } from '#schema/events/values.ts';

/**
 * Where a platform has to deliver the webhooks of a channel; null when it has none. Meta's go to one address, which is set at
 * the app.
 *
 * @param publicUrl Where the platforms reach the router, without a slash at the end.
 */
export function webhookUrl(
  publicUrl: string,
  { platform, id }: { readonly platform: Platform; readonly id: string },
): string | null {
  switch (platform) {
    case 'TELEGRAM':
      return `${publicUrl}/webhooks/telegram/${id}`;
    case 'MESSENGER':
    case 'INSTAGRAM':
    case 'WHATSAPP':
      return `${publicUrl}/webhooks/meta`;
    case 'WEB_CHAT':
      return null;
  }
}
