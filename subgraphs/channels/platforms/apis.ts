import type { Part } from '#platform/lifecycle/part.ts';
import type { ChannelsConfig } from '../config.ts';
import { platformConnections } from './http/sendRequest.ts';
import type { InstagramGraphs } from './instagram/graphs.ts';
import { createGraphApi } from './meta/graphApi.ts';
import { createTelegramApi, type TelegramApi } from './telegram/api.ts';

/** The platforms' own APIs, with the connections to them. */
export interface PlatformApis {
  readonly telegram: TelegramApi;
  /** Undefined when there is no app at Meta. */
  readonly graphs: InstagramGraphs | undefined;
  readonly parts: readonly Part[];
}

export function createPlatformApis({
  telegramApiUrl,
  meta,
}: Pick<ChannelsConfig, 'telegramApiUrl' | 'meta'>): PlatformApis {
  const connections = platformConnections();
  const toTelegram: Part = {
    name: 'connections to Telegram',
    start: async () => undefined,
    stop: () => connections.destroy(),
  };
  const telegram = createTelegramApi({ apiUrl: telegramApiUrl, connections });
  if (!meta) return { telegram, graphs: undefined, parts: [toTelegram] };
  const { version, graphUrl, instagramUrl, appSecrets, instagramAppSecrets } = meta;
  const graphs = {
    facebook: createGraphApi({ apiUrl: graphUrl, version, appSecret: appSecrets[0] }),
    instagram: createGraphApi({ apiUrl: instagramUrl, version, appSecret: instagramAppSecrets[0] }),
  };
  return { telegram, graphs, parts: [toTelegram, graphs.facebook, graphs.instagram] };
}
