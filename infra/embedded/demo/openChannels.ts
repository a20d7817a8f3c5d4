import { entities } from '#channels/entities/index.ts';
import { channelsOfCompany } from '#channels/queries/channels.ts';
import { companyBySlug } from '#channels/queries/companyBySlug.ts';
import { webhookSecret } from '#channels/queries/webhookSecret.ts';
import type { ChannelRow } from '#channels/rows.ts';
import { silentLogger as logger } from '#platform/logging/logger.ts';
import { createMetrics } from '#platform/metrics/metrics.ts';
import { createDatabase } from '#platform/postgres/database.ts';
import { createKeyring } from '#platform/secrets/keyring.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import type { ToldAccount } from '#test/standins/graph/accounts.ts';
import type { RunningStack } from '../runningStack.ts';
import type { CastOptions, Customers } from './cast.ts';
import { createMetaCustomers } from './metaCustomers.ts';
import { createTelegramCustomers } from './telegramCustomers.ts';
import { metaTarget, telegramTarget, type Target } from './traffic.ts';

/** Those that customers of the demo write on. */
export const demoPlatforms = ['MESSENGER', 'INSTAGRAM', 'TELEGRAM', 'WHATSAPP'] as const;
export type DemoPlatform = (typeof demoPlatforms)[number];

/** A channel that customers write to: where its webhooks go, and who they are. */
export interface OpenChannel {
  readonly target: Target;
  readonly customers: Customers;
}

/**
 * The channels of a company, each with customers of its own.
 *
 * @param options.cast Who they are.
 * @throws when there is no such company, or it has no channel on the platform.
 */
export async function openChannels(
  stack: RunningStack,
  {
    company: slug,
    platform,
    cast = {},
  }: { readonly company: string; readonly platform?: DemoPlatform | undefined; readonly cast?: CastOptions },
): Promise<readonly [OpenChannel, ...OpenChannel[]]> {
  const database = createDatabase({
    context: 'channels',
    url: stack.channelsDatabaseUrl,
    entities,
    pool: { max: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000, idleTimeoutMs: 1_000 },
    catalogue,
    logger,
    metrics: createMetrics({ service: 'demo' }),
  });
  const keyring = createKeyring(stack.credentials);
  try {
    await database.start();
    const company = await companyBySlug(database, slug);
    if (!company) throw new Error(`There is no company '${slug}': the demo has acme and globex.`);
    const session = database.session(company.id);
    const channels = await channelsOfCompany(session, company.id);
    await session.close();
    const open: OpenChannel[] = [];
    for (const channel of channels) {
      if (platform !== undefined && channel.platform !== platform) continue;
      const secret = await webhookSecret(database, keyring, channel.id);
      const opened = secret === undefined ? undefined : openChannel(stack, channel, { secret, cast });
      if (opened) open.push(opened);
    }
    const [first, ...others] = open;
    if (first) return [first, ...others];
    throw new Error(`The company '${slug}' has no channel on ${platform ?? demoPlatforms.join(', ')} to write to.`);
  } finally {
    await database.stop();
  }
}

/** Undefined for a web chat, whose visitors come to its page. */
function openChannel(
  { publicUrl, metaAppSecret, pictures }: RunningStack,
  channel: ChannelRow,
  { secret, cast }: { readonly secret: string; readonly cast: CastOptions },
): OpenChannel | undefined {
  if (channel.platform === 'TELEGRAM') {
    const target = telegramTarget(`${publicUrl}/webhooks/telegram/${channel.id}`, secret);
    return { target, customers: createTelegramCustomers({ ...cast, pictures: pictures.telegram }) };
  }
  const account = accountOf(channel);
  if (!account) return undefined;
  const target = metaTarget(`${publicUrl}/webhooks/meta`, metaAppSecret);
  return { target, customers: createMetaCustomers({ ...cast, account, pictures: pictures.meta }) };
}

function accountOf({ platform, externalId: id, name, settings }: ChannelRow): ToldAccount | undefined {
  switch (platform) {
    case 'MESSENGER':
      return { kind: 'page', id };
    case 'INSTAGRAM':
      return { kind: 'instagram', id };
    case 'WHATSAPP':
      // Its number is not kept, and nothing reads it.
      return { kind: 'whatsapp', id, displayPhoneNumber: name, businessAccountId: settings.businessAccountId ?? '' };
    case 'TELEGRAM':
    case 'WEB_CHAT':
      return undefined;
  }
}
