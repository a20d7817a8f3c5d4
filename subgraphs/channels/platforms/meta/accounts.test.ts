import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountFor, instagramAccount, openGraph, pageAccount, whatsAppAccount } from '../../testing/graph.ts';
import type { AccountApi } from '../account.ts';
import { createInstagramAccount } from '../instagram/account.ts';
import { createMessengerAccount } from '../messenger/account.ts';
import { createWhatsAppAccount } from '../whatsapp/account.ts';
import { createGraphApi } from './graphApi.ts';
import { instagramFields, pageFields } from './subscribedApps.ts';

const page = accountFor('MESSENGER', pageAccount);
const behindPage = accountFor('INSTAGRAM', { ...pageAccount, id: pageAccount.instagram.id });
const ownLogin = accountFor('INSTAGRAM', instagramAccount, { instagramLogin: 'INSTAGRAM' });
const phone = accountFor('WHATSAPP', whatsAppAccount, { businessAccountId: whatsAppAccount.businessAccountId });
const webhook = { url: 'https://switchboard.example/webhooks/meta', secret: 'unused' };

describe('accounts at Meta', () => {
  let meta: Awaited<ReturnType<typeof openGraph>>;
  let messenger: AccountApi;
  let instagram: AccountApi;
  let whatsApp: AccountApi;

  beforeEach(async () => {
    meta = await openGraph();
    messenger = createMessengerAccount(meta.graph);
    instagram = createInstagramAccount({ facebook: meta.graph, instagram: meta.graph });
    whatsApp = createWhatsAppAccount(meta.graph);
  });

  afterEach(() => meta.close());

  it('says whose a token is', async () => {
    expect(await messenger.verify(page)).toEqual({ externalId: page.externalId, name: 'Ada’s Shop' });
    expect(await instagram.verify(behindPage)).toEqual({ externalId: behindPage.externalId, name: 'adas.shop' });
    expect(await instagram.verify(ownLogin)).toEqual({ externalId: ownLogin.externalId, name: 'adas.other.shop' });
    expect(await whatsApp.verify(phone)).toEqual({ externalId: phone.externalId, name: 'Ada’s Shop' });
  });

  it('refuses a token of another account, and says of which', async () => {
    await expect(messenger.verify({ ...page, externalId: '999' })).rejects.toMatchObject({
      code: 'WRONG_ACCOUNT',
      message: expect.stringContaining('Ada’s Shop (100200300)'),
    });
    await expect(messenger.verify({ ...page, token: phone.token })).rejects.toMatchObject({ code: 'WRONG_ACCOUNT' });
    await expect(instagram.verify({ ...behindPage, externalId: '999' })).rejects.toMatchObject({
      code: 'WRONG_ACCOUNT',
    });
    await expect(whatsApp.verify({ ...phone, token: page.token })).rejects.toMatchObject({ code: 'WRONG_ACCOUNT' });
    meta.standin.addAccount({ kind: 'page', id: '42', name: 'No pictures', token: 'EAAB-other' });
    await expect(instagram.verify({ ...behindPage, token: 'EAAB-other' })).rejects.toMatchObject({
      code: 'WRONG_ACCOUNT',
    });
  });

  it('says that a token is no longer good', async () => {
    for (const token of [page.token, ownLogin.token, phone.token]) meta.standin.revokeToken(token);
    const bad = { name: 'AccountError', code: 'BAD_CREDENTIALS' };
    await expect(messenger.verify(page)).rejects.toMatchObject(bad);
    await expect(instagram.verify(ownLogin)).rejects.toMatchObject(bad);
    await expect(whatsApp.verify(phone)).rejects.toMatchObject(bad);
    await expect(messenger.register(page, webhook)).rejects.toMatchObject(bad);
    await expect(messenger.profile(page, '1')).rejects.toMatchObject(bad);
    await expect(whatsApp.fileAddress(phone, '1')).rejects.toMatchObject(bad);
  });

  it('says that Meta is away', async () => {
    const away = createGraphApi({ apiUrl: 'http://nowhere.invalid', version: 'v26.0' });
    await away.start();
    await expect(createMessengerAccount(away).verify(page)).rejects.toMatchObject({ code: 'PLATFORM_UNAVAILABLE' });
    await away.stop();
  });

  it('lets Meta tell of all that happens, and ends it', async () => {
    const { standin } = meta;
    await messenger.unregister(page);
    await instagram.unregister(ownLogin);
    expect([standin.isSubscribed(page.externalId), standin.isSubscribed(ownLogin.externalId)]).toEqual([false, false]);
    await messenger.register(page, webhook);
    await instagram.register(ownLogin, webhook);
    await whatsApp.register(phone, webhook);
    for (const field of pageFields) expect(standin.isSubscribed(page.externalId, field)).toBe(true);
    for (const field of instagramFields) expect(standin.isSubscribed(ownLogin.externalId, field)).toBe(true);
    expect(standin.isSubscribed(phone.externalId, 'messages')).toBe(true);
  });

  it('leaves what a page is subscribed to as it is, for an account behind it', async () => {
    await instagram.register(behindPage, webhook);
    expect(meta.standin.isSubscribed(page.externalId, 'message_deliveries')).toBe(true);
    await instagram.unregister(behindPage);
    expect(meta.standin.isSubscribed(page.externalId)).toBe(true);
  });

  it('takes a dead token for an end of its subscription', async () => {
    meta.standin.revokeToken(page.token);
    meta.standin.revokeToken(ownLogin.token);
    await expect(messenger.unregister(page)).resolves.toBeUndefined();
    await expect(instagram.unregister(ownLogin)).resolves.toBeUndefined();
  });

  it('needs the business that a number belongs to', async () => {
    await expect(whatsApp.register(accountFor('WHATSAPP', whatsAppAccount), webhook)).rejects.toMatchObject({
      code: 'WRONG_ACCOUNT',
      message: expect.stringContaining('business account'),
    });
  });

  it('looks people up who have written', async () => {
    const inbound = (accountId: string, from: { id: string; name?: string; username?: string; picture?: string }) =>
      meta.standin.receive({ accountId, from, text: 'hi' }).catch(() => undefined);
    const picture = 'https://cdn.example/grace.jpg';
    await inbound(page.externalId, { id: '1', name: 'Grace\0 Hopper', picture });
    await inbound(behindPage.externalId, { id: '2', name: 'Grace', username: 'grace', picture });
    await inbound(page.externalId, { id: '3' });
    const known = { name: 'Grace Hopper', username: null, languageCode: null, pictureUrl: picture };
    expect(await messenger.profile(page, '1')).toEqual(known);
    expect(await instagram.profile(behindPage, '2')).toEqual({ ...known, name: 'Grace', username: 'grace' });
    expect(await messenger.profile(page, '3')).toBeUndefined();
    expect(await messenger.profile(page, '404')).toBeUndefined();
    expect(await whatsApp.profile(phone, '491701234567')).toBeUndefined();
  });

  it('says where a file of WhatsApp is, and how it is had', async () => {
    const file = meta.standin.addFile({ name: 'a.txt', mimeType: 'text/plain', bytes: Buffer.from('bytes') });
    const { url, headers } = await whatsApp.fileAddress(phone, file.id);
    expect(await (await fetch(url, { headers })).text()).toBe('bytes');
    await expect(whatsApp.fileAddress(phone, '404')).rejects.toMatchObject({ code: 'WRONG_ACCOUNT' });
    await expect(messenger.fileAddress(page, file.id)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' });
    await expect(instagram.fileAddress(ownLogin, file.id)).rejects.toMatchObject({ code: 'PLATFORM_REFUSED' });
  });
});
