import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { v7 } from 'uuid';
import { eventually } from '#test/stack/eventually.ts';
import { openBrowser, type TestBrowser } from './browser.ts';
import { runPlatform, type RunningPlatform } from './runningPlatform.ts';

const SITE = 'acme-demo';

interface Update {
  readonly inboxUpdates: {
    readonly kind: string;
    readonly conversation: { readonly id: string };
    readonly message: { readonly text: string | null; readonly direction: string } | null;
  };
}

describe('the web chat on a page', () => {
  let platform: RunningPlatform;
  let browser: TestBrowser;
  let otherSite: Server;
  let agent: string;
  let seen: readonly Update[];

  beforeAll(async () => {
    platform = await runPlatform({ reachable: true });
    browser = await openBrowser();
    agent = await platform.tokenOf('acme', 'AGENT');
    const live = platform.subscribe<Update>(
      agent,
      'subscription { inboxUpdates { kind conversation { id } message { text direction } } }',
    );
    await live.connected;
    seen = live.received;
    otherSite = createServer((_request, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end(
          `<!doctype html><title>x</title><script src="${platform.url}/chat/widget.js" data-site-key="${SITE}"></script>`,
        ),
    ).listen(0, '127.0.0.1');
    await once(otherSite, 'listening');
  });

  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    otherSite?.close();
  });

  async function openChat(size = { width: 1280, height: 800 }): Promise<Page> {
    const page = await (await browser.newContext({ viewport: size })).newPage();
    await page.goto(`${platform.url}/chat/${SITE}/demo`);
    await page.getByRole('button', { name: 'Open chat' }).click();
    return page;
  }

  async function write(page: Page, text: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Your message' }).fill(text);
    await page.keyboard.press('Enter');
  }

  /** What the visitor sees, oldest first; whose it is before each. */
  async function shown(page: Page): Promise<string[]> {
    const rows = await page.locator('.message').evaluateAll((messages) =>
      messages.map((row) => {
        const whose = row.classList.contains('own') ? 'me' : 'them';
        const waits = row.classList.contains('pending') || row.classList.contains('failed') ? ' (waits)' : '';
        return `${whose}${waits}: ${row.querySelector('.bubble')?.textContent ?? row.querySelector('.file')?.textContent ?? ''}`;
      }),
    );
    return rows;
  }

  const textsOfVisitors = () =>
    seen.flatMap(({ inboxUpdates: { message, kind } }) =>
      kind === 'MESSAGE_ADDED' && message?.direction === 'INBOUND' ? [message.text] : [],
    );

  async function conversationOf(text: string): Promise<string> {
    return eventually(() => {
      const update = seen.find(({ inboxUpdates: { message } }) => message?.text === text);
      if (!update) throw new Error(`the agent has not seen '${text}'`);
      return update.inboxUpdates.conversation.id;
    });
  }

  async function answer(conversationId: string, text: string, isPrivate = false): Promise<void> {
    const { data } = await platform.ask<{ sendMessage: { userErrors: unknown[] } }>(
      agent,
      `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userErrors { code message } } }`,
      { input: { conversationId, text, isPrivate, idempotencyKey: v7() } },
    );
    expect(data.sendMessage.userErrors).toEqual([]);
  }

  it('brings a visitor and an agent together, both ways', async () => {
    const page = await openChat();
    await write(page, 'Is the Ridge 2 dry in a storm?');
    const conversationId = await conversationOf('Is the Ridge 2 dry in a storm?');
    await answer(conversationId, 'a note that only we read', true);
    await answer(conversationId, 'It is: we slept in it.');
    await eventually(async () =>
      expect(await shown(page)).toEqual(['me: Is the Ridge 2 dry in a storm?', 'them: It is: we slept in it.']),
    );
    await page.context().close();
  });

  it('goes on after the network was away, with nothing lost and nothing twice', async () => {
    const page = await openChat();
    await write(page, 'before');
    const conversationId = await conversationOf('before');
    await answer(conversationId, 'answer 1');
    await eventually(async () => expect(await shown(page)).toEqual(['me: before', 'them: answer 1']));

    await page.context().setOffline(true);
    await write(page, 'meanwhile');
    for (const text of ['answer 2', 'answer 3']) await answer(conversationId, text);
    await eventually(async () => expect(await shown(page)).toContain('me (waits): meanwhile'));
    await eventually(async () => expect(await page.getByText('No connection right now').isVisible()).toBe(true));
    await page.context().setOffline(false);

    await conversationOf('meanwhile');
    await answer(conversationId, 'answer 4');
    await eventually(async () => {
      expect((await shown(page)).toSorted((a, b) => a.localeCompare(b))).toEqual([
        'me: before',
        'me: meanwhile',
        'them: answer 1',
        'them: answer 2',
        'them: answer 3',
        'them: answer 4',
      ]);
    });
    expect(textsOfVisitors().filter((text) => text === 'meanwhile')).toHaveLength(1);
    await eventually(async () => expect(await page.getByText('No connection right now').isVisible()).toBe(false));
    await page.context().close();
  });

  it('shows the agent that the visitor has read', async () => {
    const page = await openChat();
    await write(page, 'Anybody?');
    const conversationId = await conversationOf('Anybody?');
    for (const text of ['Somebody.', 'And somebody else.']) await answer(conversationId, text);
    await eventually(async () => expect(await shown(page)).toContain('them: And somebody else.'));
    await eventually(async () => {
      const query = `{ conversation(id: "${conversationId}") { messages { edges { node { direction status } } } } }`;
      const { data } = await platform.ask<{
        conversation: { messages: { edges: { node: { direction: string; status: string } }[] } };
      }>(agent, query);
      const answers = data.conversation.messages.edges.filter(({ node }) => node.direction === 'OUTBOUND');
      expect(answers.map(({ node }) => node.status)).toEqual(['READ', 'READ']);
    });
    await page.context().close();
  });

  it('remembers the visitor on the next page, and shows nobody else’s messages', async () => {
    const page = await openChat();
    await write(page, 'remember me');
    await conversationOf('remember me');
    await eventually(async () => expect(await shown(page)).toEqual(['me: remember me']));
    await page.reload();
    await eventually(async () => expect(await shown(page)).toEqual(['me: remember me']));
    const stranger = await openChat();
    await eventually(async () => expect(await stranger.getByRole('log').innerText()).not.toBe(''));
    expect(await stranger.getByRole('log').innerText()).not.toContain('remember me');
    await Promise.all([page.context().close(), stranger.context().close()]);
  });

  it('tells a visitor who has closed it that somebody answered', async () => {
    const page = await openChat();
    await write(page, 'I will be back');
    const conversationId = await conversationOf('I will be back');
    await page.keyboard.press('Escape');
    await answer(conversationId, 'We are here');
    await page.getByRole('button', { name: 'Open chat, 1 new message' }).click();
    await eventually(async () => expect(await shown(page)).toContain('them: We are here'));
    await page.context().close();
  });

  it('sends a file, which the agent can open', async () => {
    const page = await openChat();
    await write(page, 'look at this');
    const conversationId = await conversationOf('look at this');
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'broken pole.png', mimeType: 'image/png', buffer: png });
    await page.getByRole('button', { name: 'Send' }).click();
    const url = await eventually(async () => {
      const { data } = await platform.ask<{
        conversation: { lastMessage: { attachments: { kind: string; url: string; name: string }[] } };
      }>(agent, `{ conversation(id: "${conversationId}") { lastMessage { attachments { kind url name } } } }`);
      const [attachment] = data.conversation.lastMessage.attachments;
      expect(attachment).toMatchObject({ kind: 'IMAGE', name: 'broken pole.png' });
      return attachment?.url ?? '';
    });
    const file = await fetch(url);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(png);
    await eventually(async () =>
      expect(await page.getByRole('img', { name: 'broken pole.png' }).isVisible()).toBe(true),
    );
    await page.context().close();
  });

  it('shows each that the other is writing', async () => {
    const page = await openChat();
    await write(page, 'hello there');
    const conversationId = await conversationOf('hello there');
    const typing = platform.subscribe<{ typing: { isTyping: boolean } }>(
      agent,
      'subscription ($id: ID!) { typing(conversationId: $id) { isTyping } }',
      { id: conversationId },
    );
    await typing.connected;
    await eventually(async () => {
      await page.getByRole('textbox', { name: 'Your message' }).fill(`draft ${v7()}`);
      expect(typing.received).toContainEqual({ typing: { isTyping: true } });
    });
    await eventually(async () => {
      await platform.ask(
        agent,
        `mutation { setTyping(input: { conversationId: "${conversationId}", isTyping: true }) { userErrors { code } } }`,
      );
      expect(await page.getByText('is writing').isVisible()).toBe(true);
    });
    await page.context().close();
  });

  it('can be used with the keyboard alone', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${platform.url}/chat/${SITE}/demo`);
    await page.getByRole('button', { name: 'Open chat' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Enter');
    await conversationOf('by keyboard');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await page.getByRole('dialog').isVisible()).toBe(true));
    await page.context().close();
  });

  it('is not there for a page that the company has not allowed', async () => {
    const page = await (await browser.newContext()).newPage();
    const { port } = otherSite.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${String(port)}/`);
    await page.getByRole('button', { name: 'Open chat' }).click();
    await eventually(async () => expect(await page.getByRole('status').first().innerText()).not.toBe(''));
    expect(await page.getByRole('textbox').isVisible()).toBe(false);
    await page.context().close();
  });
});
