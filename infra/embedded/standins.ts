import type { MetaConfig } from '#channels/config.ts';
import { platformConnections } from '#channels/platforms/http/sendRequest.ts';
import { createTelegramAccount } from '#channels/platforms/telegram/account.ts';
import { createTelegramApi } from '#channels/platforms/telegram/api.ts';
import { webhookUrl } from '#channels/webhookUrl.ts';
import type { GraphAccount } from '#test/standins/graph/accounts.ts';
import { createGraphStandin, type GraphStandin } from '#test/standins/graph/graphStandin.ts';
import type { Happening } from '#test/standins/telegram/receiving.ts';
import { createTelegramStandin, type TelegramStandin } from '#test/standins/telegram/telegramStandin.ts';
import type { Answer, Answers } from './demo/answers.ts';
import { demoPerson, type DemoPerson } from './demo/people.ts';
import { demoBot, demoMetaApp, demoMetaToken } from './demoChannels.ts';
import { demoCompanies, type DemoCompany } from './roster.ts';

const here = { host: '127.0.0.1', port: 0 };
const API_VERSION = 'v24.0';

/** @param answers Of the demo's customers. Without, nobody answers. */
export function createDemoTelegram(answers?: Answers): TelegramStandin {
  const standin = createTelegramStandin({
    ...here,
    // It forgets what it sent, and the inbox does not: by the clock, numbers go on after a restart.
    firstMessageId: Math.floor(Date.now() / 1_000),
    onSent: ({ botId, chatId, messageId }) =>
      answers?.hear(chatId, (person, answer) => standin.receive(botId, onTelegram(person, answer, messageId))),
  });
  return standin;
}

/** Lets the demo's bots have their updates, as connecting them does. @param routerUrl As it is reached from this machine. */
export async function registerBots(telegramUrl: string, secret: string, routerUrl: string): Promise<void> {
  const connections = platformConnections();
  const telegram = createTelegramAccount(createTelegramApi({ apiUrl: telegramUrl, connections }));
  try {
    for (const company of demoCompanies) {
      const { id, platform, externalId, accessToken, webhookSecret, settings } = demoBot(secret, company);
      const account = { channelId: id, companyId: company.id, platform, externalId, token: accessToken, settings };
      await telegram.register(account, { url: webhookUrl(routerUrl, { id, platform }) ?? '', secret: webhookSecret });
    }
  } finally {
    await connections.destroy();
  }
}

/** Knows the demo's accounts and customers. @param answers Of the customers. Without, nobody answers. */
export function createDemoGraph(secret: string, answers?: Answers): GraphStandin {
  const { appId, appSecret } = demoMetaApp(secret);
  const standin = createGraphStandin({
    ...here,
    appId,
    appSecret,
    profileOf: demoPerson,
    onSent: ({ accountId, to, id: messageId }) =>
      answers?.hear(to, ({ id, name }, answer) => {
        const place = { accountId, from: { id, name } };
        return answer.kind === 'text'
          ? standin.receive({ ...place, text: answer.text })
          : standin.change({ ...place, ...answer, messageId });
      }),
  });
  for (const company of demoCompanies) {
    for (const account of graphAccounts(secret, company)) standin.addAccount(account, true);
  }
  return standin;
}

/** What the platform has to know to use the stand-in. */
export function demoMeta(secret: string, graphUrl: string): MetaConfig {
  const { appId, appSecret, verifyToken } = demoMetaApp(secret);
  return {
    appId,
    appSecrets: [appSecret],
    instagramAppSecrets: [appSecret],
    verifyToken,
    graphUrl,
    instagramUrl: graphUrl,
    version: API_VERSION,
  };
}

function graphAccounts(secret: string, { messenger, instagram, whatsapp }: DemoCompany): GraphAccount[] {
  const tokenOf = ({ channelId }: { readonly channelId: string }) => demoMetaToken(secret, channelId);
  return [
    ...(messenger
      ? [{ kind: 'page' as const, id: messenger.pageId, name: messenger.name, token: tokenOf(messenger) }]
      : []),
    ...(instagram
      ? [
          {
            kind: 'instagram' as const,
            id: instagram.accountId,
            username: instagram.name,
            token: tokenOf(instagram),
          },
        ]
      : []),
    ...(whatsapp
      ? [
          {
            kind: 'whatsapp' as const,
            id: whatsapp.phoneNumberId,
            displayPhoneNumber: whatsapp.displayPhoneNumber,
            verifiedName: whatsapp.name,
            businessAccountId: whatsapp.businessAccountId,
            token: tokenOf(whatsapp),
          },
        ]
      : []),
  ];
}

function onTelegram(person: DemoPerson, answer: Answer, messageId: number): Happening {
  const { firstName, lastName, username, language } = person;
  const from = { id: Number(person.id), firstName, lastName, username, languageCode: language };
  return answer.kind === 'text' ? { from, kind: 'message', text: answer.text } : { from, ...answer, messageId };
}
