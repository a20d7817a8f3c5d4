import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountFor, openGraph, optionsFor, outgoingFile, pageAccount } from '../../testing/graph.ts';
import type { OutgoingPart, Sender, SendOptions } from '../outbound.ts';
import { createMessengerSender } from './sender.ts';

const account = accountFor('MESSENGER', pageAccount);
const person = '5600001';
const HOUR_MS = 60 * 60 * 1_000;

describe('the sender for Messenger', () => {
  let meta: Awaited<ReturnType<typeof openGraph>>;
  let sender: Sender;

  beforeEach(async () => {
    meta = await openGraph({ mediaPerSecond: 1 });
    sender = createMessengerSender(meta.graph);
  });

  afterEach(() => meta.close());

  const send = (part: OutgoingPart, overrides: Partial<SendOptions> = {}) =>
    sender.send(account, part, optionsFor(person, overrides));

  it('cuts a long text, and sends each file by itself', async () => {
    const [image, audio] = [outgoingFile('IMAGE'), outgoingFile('AUDIO')];
    const parts = sender.parts({ text: `${'word '.repeat(500)}`, files: [image, audio] });
    expect(parts.map((part) => ('text' in part ? part.text.length : part.file.kind))).toEqual([
      1_999,
      499,
      'IMAGE',
      'AUDIO',
    ]);
    expect(sender.parts({ text: ' ', files: [] })).toEqual([]);
    for (const part of parts) expect(await send(part)).toMatchObject({ kind: 'sent' });
  });

  it('sends every kind of file as Messenger knows it', async () => {
    for (const kind of ['IMAGE', 'STICKER', 'VIDEO', 'FILE', 'OTHER'] as const) {
      expect(await send({ file: outgoingFile(kind), caption: null })).toMatchObject({ kind: 'sent' });
    }
    expect(meta.standin.sent().map(({ type }) => type)).toEqual(['image', 'image', 'video', 'file', 'file']);
    expect(meta.standin.sent()[0]).toMatchObject({ url: 'https://files.example/image', text: null });
  });

  it('sends as a file what Messenger does not take as a picture', async () => {
    const url = 'https://files.example/a.webp';
    const file = { ...outgoingFile('IMAGE'), url, mimeType: 'image/webp' };
    expect(await send({ file, caption: null })).toMatchObject({ kind: 'sent' });
    expect(await send({ file: { ...file, mimeType: null }, caption: null })).toMatchObject({
      failure: { code: 'FILE_REFUSED' },
    });
    expect(meta.standin.sent()).toMatchObject([{ type: 'file', url }]);
  });

  it('says what it answers, and what finds it again', async () => {
    await send({ text: 'yes' }, { replyToExternalId: 'm_theirs', reference: 'sb:1:0' });
    expect(meta.standin.sent()).toMatchObject([{ replyTo: 'm_theirs', reference: 'sb:1:0', tag: null }]);
  });

  it('answers for a day, and a person for a week', async () => {
    const wrote = (hours: number) =>
      meta.standin.lastInbound(account.externalId, person, new Date(Date.now() - hours * HOUR_MS));
    const closed = { kind: 'refused', again: false, failure: { code: 'WINDOW_CLOSED', retryable: false } };
    wrote(25);
    expect(await send({ text: 'late' })).toMatchObject(closed);
    expect(await send({ text: 'late' }, { humanAgent: true })).toMatchObject({ kind: 'sent' });
    expect(meta.standin.sent()).toMatchObject([{ tag: 'HUMAN_AGENT' }]);
    wrote(7 * 24 + 1);
    expect(await send({ text: 'later' }, { humanAgent: true })).toMatchObject(closed);
  });

  it('says that nobody is there who never wrote', async () => {
    meta.standin.lastInbound(account.externalId, person, null);
    expect(await send({ text: 'x' })).toMatchObject({ failure: { code: 'RECIPIENT_NOT_FOUND' } });
  });

  it('understands what Meta says of a text that is too long', async () => {
    expect(await send({ text: 'x'.repeat(2_001) })).toMatchObject({ failure: { code: 'MESSAGE_TOO_LONG' } });
  });

  it('is held to two paces, and told to wait when it breaks one', async () => {
    const video = { file: outgoingFile('VIDEO'), caption: null };
    expect(sender.paces(account, person, { text: 'x' })).toMatchObject([{ key: 'messenger:100200300' }]);
    const [pace] = sender.paces(account, person, video);
    expect(pace).toEqual({ key: 'messenger:100200300:media', perSecond: 9, burst: 1 });
    const results = await Promise.all(Array.from({ length: 20 }, () => send(video)));
    expect(results).toContainEqual(expect.objectContaining({ kind: 'refused', again: true, waitMs: 60_000 }));
    expect(meta.standin.violations()).toBeGreaterThan(0);
  });

  it('shows that somebody types, and that a message was seen', async () => {
    await sender.signal(account, person, { kind: 'typing', externalMessageId: null });
    await sender.signal(account, person, { kind: 'seen', externalMessageId: 'm_theirs' });
    expect(meta.standin.signals()).toEqual([
      { accountId: account.externalId, to: person, action: 'typing_on' },
      { accountId: account.externalId, to: person, action: 'mark_seen' },
    ]);
    await expect(sender.signal(account, 'no id', { kind: 'typing', externalMessageId: null })).rejects.toMatchObject({
      code: 'PLATFORM_REFUSED',
    });
  });
});
