import type { MetaConfig } from '#channels/config.ts';
import { createAnswers } from './demo/answers.ts';
import { demoPictures } from './demo/pictures.ts';
import type { RunningStack } from './runningStack.ts';
import { createDemoGraph, createDemoTelegram, demoMeta, registerBots } from './standins.ts';

/** People's phones are not as quick as this machine. */
const RECEIPTS_AFTER_MS = 400;

/**
 * Starts what takes the place of the platforms, as far as they are not given, with the demo's accounts and with customers
 * who answer.
 */
export async function startStandins(options: {
  readonly secret: string;
  readonly telegramApiUrl: string | undefined;
  readonly meta: MetaConfig | undefined;
}) {
  const { secret, telegramApiUrl, meta } = options;
  const answers = createAnswers();
  const telegram = createDemoTelegram(answers);
  const graph = createDemoGraph(secret, answers);
  const takesTelegram = telegramApiUrl === undefined;
  const takesMeta = meta === undefined;
  const running = [...(takesTelegram ? [telegram] : []), ...(takesMeta ? [graph] : [])];
  for (const standin of running) await standin.start();
  const files = demoPictures();
  const pictures: RunningStack['pictures'] = {
    telegram: takesTelegram ? files.map((file) => telegram.addFile(file)) : [],
    meta: takesMeta ? files.map((file) => graph.addFile(file)) : [],
  };

  return {
    telegramApiUrl: telegramApiUrl ?? telegram.url(),
    meta: meta ?? demoMeta(secret, graph.url()),
    pictures,
    /** Where it can be looked at what was sent, with who received it. */
    sent: running.map((standin) => ({ name: standin.name, address: `${standin.url()}/sent` })),
    /** Lets what happens on the platforms be told. @param routerUrl As it is reached from this machine. */
    async tell(routerUrl: string): Promise<void> {
      if (takesMeta) graph.tell({ url: `${routerUrl}/webhooks/meta`, delayMs: RECEIPTS_AFTER_MS });
      if (takesTelegram) await registerBots(telegram.url(), secret, routerUrl);
    },
    async stop(): Promise<void> {
      await Promise.all([answers.stop(), ...running.map((standin) => standin.stop())]);
    },
  };
}
