import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';

/** With the first, pages do not say where they stand, and that decides here; with the second, a browser ends with a page. */
const unwanted: ReadonlySet<string> = new Set(['--disable-web-security', '--single-process']);

export interface TestBrowser {
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Waits for pages for as long as the test may take: on a machine that has other work as well, half a minute is soon over. */
export async function openBrowser(): Promise<TestBrowser> {
  const browser: Browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [
      ...chromium.args.filter((arg) => !unwanted.has(arg)),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    timeout: 0,
  });
  return {
    async newContext(options) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(0);
      return context;
    },
    close: () => browser.close(),
  };
}
