import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Platform } from '#schema/events/values.ts';
import { channelSettings, type ChannelSettings } from '../settings.ts';
import { accessToken, invalid, webChatFields } from './inputFields.ts';
import type { AccountFields } from './platformErrors.ts';
import { refuse, type Outcome } from './outcome.ts';

/** An account as an admin names it, checked in form only. */
export interface GivenAccount {
  readonly platform: Platform;
  readonly externalId: string;
  /** Null: the platform has none. */
  readonly token: string | null;
  readonly settings: ChannelSettings;
}

interface Kind {
  readonly schema: z.ZodType<GivenAccount>;
  /** Its fields that say which account it is, and prove it. */
  readonly id: readonly string[];
  readonly token: readonly string[];
}

const id = z
  .string()
  .trim()
  .regex(/^\d{1,30}$/, 'The id is a number: copy it from the account’s settings at Meta.');
const humanAgent = z.boolean();

const kinds = {
  telegram: {
    schema: z
      .object({
        botToken: accessToken.regex(
          /^\d{1,20}:[\w-]{20,}$/,
          'A bot’s token looks like 123456:AAE…: copy it again from @BotFather.',
        ),
      })
      .transform(({ botToken: token }) => {
        const [externalId = ''] = token.split(':', 1);
        return { platform: 'TELEGRAM', externalId, token, settings: channelSettings.parse({}) };
      }),
    id: ['botToken'],
    token: ['botToken'],
  },
  messenger: {
    schema: z.object({ pageId: id, accessToken, humanAgent }).transform((given) => ({
      platform: 'MESSENGER',
      externalId: given.pageId,
      token: given.accessToken,
      settings: channelSettings.parse({ humanAgent: given.humanAgent }),
    })),
    id: ['pageId'],
    token: ['accessToken'],
  },
  instagram: {
    schema: z
      .object({ accountId: id, accessToken, login: z.enum(['PAGE', 'INSTAGRAM']), humanAgent })
      .transform((given) => ({
        platform: 'INSTAGRAM',
        externalId: given.accountId,
        token: given.accessToken,
        settings: channelSettings.parse({ humanAgent: given.humanAgent, instagramLogin: given.login }),
      })),
    id: ['accountId'],
    token: ['accessToken'],
  },
  whatsapp: {
    schema: z.object({ phoneNumberId: id, businessAccountId: id, accessToken }).transform((given) => ({
      platform: 'WHATSAPP',
      externalId: given.phoneNumberId,
      token: given.accessToken,
      settings: channelSettings.parse({ businessAccountId: given.businessAccountId }),
    })),
    id: ['phoneNumberId'],
    token: ['accessToken'],
  },
  webChat: {
    schema: webChatFields.transform((webChat) => ({
      platform: 'WEB_CHAT',
      // The key of the site: anybody who reads the page knows it, and nobody may guess that of another.
      externalId: randomBytes(12).toString('base64url'),
      token: null,
      settings: channelSettings.parse({ webChat }),
    })),
    id: [],
    token: [],
  },
} as const satisfies Record<string, Kind>;

type KindName = keyof typeof kinds;
const kindNames = Object.keys(kinds) as KindName[];

export type AccountInput = { readonly [name in KindName]?: object | null | undefined };

/** The one account that the input names, and where in the input it does. */
export function readAccount(
  input: AccountInput,
): Outcome<{ readonly account: GivenAccount; readonly fields: AccountFields }> {
  const [name, ...others] = kindNames.filter((kind) => input[kind] != null);
  if (name === undefined || others.length > 0) {
    return refuse('INVALID', `Give exactly one of ${kindNames.join(', ')}.`);
  }
  const { schema, id: idPath, token }: Kind = kinds[name];
  const read = schema.safeParse(input[name]);
  if (!read.success) return invalid(read.error, name);
  return { account: read.data, fields: { account: [name], id: [name, ...idPath], token: [name, ...token] } };
}
