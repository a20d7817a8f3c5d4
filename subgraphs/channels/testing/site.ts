import { createHmac, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { request } from 'undici';
import { v7 } from 'uuid';
import { signBearerToken } from '#platform/identity/bearerTokens.ts';
import type { VisitorIdentity } from '#platform/identity/identity.ts';
import { channelSettings, type WebChatSettings } from '../settings.ts';
import { newTenant, type Harness } from './harness.ts';

/** A picture of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** What a session answers. */
export interface SessionAnswer {
  readonly token: string;
  readonly expiresAt: string;
  readonly visitorId: string;
  readonly verified: boolean;
  readonly settings: Record<string, string>;
}

/** A company with a web chat on its site, besides the bot that every tenant has. */
export function newSite(settings: Partial<WebChatSettings> = {}) {
  const tenant = newTenant();
  const origin = 'https://shop.example';
  const webChat = {
    id: v7(),
    name: 'The site',
    siteKey: `site-${v7()}`,
    identitySecret: randomBytes(24).toString('base64url'),
    settings: {
      allowedOrigins: [origin, 'https://www.shop.example'],
      color: '#23513c',
      title: 'Shop',
      greeting: 'Hello!',
      offlineNotice: 'We are away.',
      requireIdentity: false,
      ...settings,
    },
  };
  const { id, name, siteKey: externalId, identitySecret: webhookSecret } = webChat;
  const channel = {
    id,
    name,
    externalId,
    platform: 'WEB_CHAT' as const,
    accessToken: null,
    webhookSecret,
    settings: channelSettings.parse({ webChat: webChat.settings }),
  };
  return {
    ...tenant,
    webChat,
    origin,
    seed() {
      const company = tenant.seed();
      return { ...company, channels: [...company.channels, channel] };
    },
  };
}
export type Site = ReturnType<typeof newSite>;

/** The HMAC by which the site's server vouches for a user's id. */
export function hashOf({ webChat }: Site, userId: string): string {
  return createHmac('sha256', webChat.identitySecret).update(userId).digest('hex');
}

/** A JWT of the site about one of its users. */
export function jwtOf(
  { webChat }: Site,
  claims: Record<string, unknown>,
  { expiresInSeconds = 600, secret = webChat.identitySecret }: { expiresInSeconds?: number; secret?: string } = {},
): Promise<string> {
  return new SignJWT({ exp: Math.floor(Date.now() / 1_000) + expiresInSeconds, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

let lastAddress = 0;

/** A browser on a page of the site, at an address of its own unless another is given. */
export function openPage(harness: Harness, site: Site, { origin = site.origin, address = newAddress() } = {}) {
  async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
    const response = await request(`${harness.channels.url()}/chat/${site.webChat.siteKey}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': address,
        ...(origin && { origin }),
        ...headers,
      },
      body,
    });
    const text = await response.body.text();
    return {
      status: response.statusCode,
      headers: response.headers,
      body: JSON.parse(text) as SessionAnswer & Record<string, unknown> & { error?: { code: string; message: string } },
    };
  }
  return {
    session: (body: object | string = {}) => post('/session', typeof body === 'string' ? body : JSON.stringify(body)),
    upload: (token: string, bytes: Buffer, headers: Record<string, string> = {}) =>
      post('/files', bytes, {
        authorization: `Bearer ${token}`,
        'content-type': 'application/octet-stream',
        ...headers,
      }),
  };
}

/** A token as a session gives it out, of a visitor of their own unless another is given. */
export function visitorToken(
  { visitorTokens }: Harness,
  { company, webChat, origin }: Site,
  overrides: Partial<VisitorIdentity> = {},
  expiresInSeconds = 600,
): Promise<string> {
  const ids = { companyId: company.id, channelId: webChat.id, visitorId: v7() };
  const visitor = { kind: 'visitor', ...ids, origin, scopes: [], ...overrides } as const;
  return signBearerToken(visitor, { ...visitorTokens, expiresInSeconds });
}

export function newAddress(): string {
  lastAddress += 1;
  return `10.0.${String(lastAddress >> 8)}.${String(lastAddress & 255)}`;
}
