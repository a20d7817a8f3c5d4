import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountFor, instagramAccount, openGraph, optionsFor, outgoingFile, pageAccount } from '../../testing/graph.ts';
import { createGraphApi } from '../meta/graphApi.ts';
import type { Sender } from '../outbound.ts';
import { createInstagramSender } from './sender.ts';

const behindPage = accountFor('INSTAGRAM', { ...pageAccount, id: pageAccount.instagram.id });
const ownLogin = accountFor('INSTAGRAM', instagramAccount, { instagramLogin: 'INSTAGRAM' });
const person = '7700001';

describe('the sender for Instagram', () => {
  let meta: Awaited<ReturnType<typeof openGraph>>;
  let sender: Sender;
  /** Is not running, so whoever asks it gets nowhere. */
  const elsewhere = createGraphApi({ apiUrl: 'http://localhost', version: 'v26.0' });

  beforeEach(async () => {
    meta = await openGraph();
    meta.standin.lastInbound(behindPage.externalId, person, new Date());
    sender = createInstagramSender({ facebook: meta.graph, instagram: meta.graph });
  });

  afterEach(() => meta.close());

  it('cuts a text by its bytes', async () => {
    const parts = sender.parts({ text: 'größer '.repeat(150), files: [outgoingFile('IMAGE')] });
    expect(parts).toHaveLength(3);
    for (const part of parts) {
      expect(await sender.send(behindPage, part, optionsFor(person))).toMatchObject({ kind: 'sent' });
    }
    expect(meta.standin.sent().map(({ type }) => type)).toEqual(['text', 'text', 'image']);
    const tooLong = { text: 'ß'.repeat(501) };
    expect(await sender.send(behindPage, tooLong, optionsFor(person))).toMatchObject({
      failure: { code: 'MESSAGE_TOO_LONG' },
    });
  });

  it('hears from Instagram which files it does not take', async () => {
    const file = { ...outgoingFile('FILE'), url: 'https://files.example/a.zip', mimeType: null };
    const result = await sender.send(behindPage, { file, caption: null }, optionsFor(person));
    expect(result).toMatchObject({ kind: 'refused', again: false, failure: { code: 'FILE_REFUSED' } });
  });

  it('goes to the door that the account came in by', async () => {
    const byPage = createInstagramSender({ facebook: meta.graph, instagram: elsewhere });
    expect(await byPage.send(behindPage, { text: 'page' }, optionsFor(person))).toMatchObject({ kind: 'sent' });
    const byLogin = createInstagramSender({ facebook: elsewhere, instagram: meta.graph });
    expect(await byLogin.send(ownLogin, { text: 'own' }, optionsFor(person))).toMatchObject({ kind: 'sent' });
    expect(meta.standin.sent()).toMatchObject([
      { platform: 'INSTAGRAM', accountId: behindPage.externalId },
      { platform: 'INSTAGRAM', accountId: ownLogin.externalId },
    ]);
  });

  it('says what it answers, and gives nothing along that Instagram does not take', async () => {
    await sender.send(behindPage, { text: 'yes' }, optionsFor(person, { replyToExternalId: 'mid' }));
    expect(meta.standin.sent()).toMatchObject([{ replyTo: 'mid', reference: null }]);
  });

  it('needs the permission for answers of people after a day', async () => {
    const old = new Date(Date.now() - 25 * 60 * 60 * 1_000);
    meta.standin.lastInbound(behindPage.externalId, person, old);
    meta.standin.lastInbound(ownLogin.externalId, person, old);
    const late = (account: typeof ownLogin, humanAgent: boolean) =>
      sender.send(account, { text: 'late' }, optionsFor(person, { humanAgent }));
    expect(await late(behindPage, false)).toMatchObject({ failure: { code: 'WINDOW_CLOSED' } });
    expect(await late(behindPage, true)).toMatchObject({ kind: 'sent' });
    expect(await late(ownLogin, true)).toMatchObject({ failure: { code: 'NOT_PERMITTED', retryable: true } });
  });

  it('has its own paces, and shows typing', async () => {
    expect(sender.paces(ownLogin, person, { text: 'x' })).toEqual([
      { key: `instagram:${ownLogin.externalId}`, perSecond: 270, burst: 15 },
    ]);
    await sender.signal(ownLogin, person, { kind: 'typing', externalMessageId: null });
    expect(meta.standin.signals()).toMatchObject([{ accountId: ownLogin.externalId, action: 'typing_on' }]);
  });
});
