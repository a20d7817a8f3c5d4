import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountFor, openGraph, optionsFor, outgoingFile, whatsAppAccount } from '../../testing/graph.ts';
import type { OutgoingPart, Sender, SendOptions } from '../outbound.ts';
import { createWhatsAppSender } from './sender.ts';

const account = accountFor('WHATSAPP', whatsAppAccount);
const person = '491701234567';

describe('the sender for WhatsApp', () => {
  let meta: Awaited<ReturnType<typeof openGraph>>;
  let sender: Sender;

  beforeEach(async () => {
    meta = await openGraph({ whatsAppPerSecond: 20, pairBurst: 10 });
    sender = createWhatsAppSender(meta.graph);
  });

  afterEach(() => meta.close());

  const send = (part: OutgoingPart, overrides: Partial<SendOptions> = {}, to = person) =>
    sender.send(account, part, optionsFor(to, overrides));

  it.each(['IMAGE', 'VIDEO', 'FILE'] as const)('puts the text below a single file: %s', async (kind) => {
    const file = outgoingFile(kind, 'a.bin');
    const parts = sender.parts({ text: ' Look ', files: [file] });
    expect(parts).toEqual([{ file, caption: 'Look' }]);
    for (const part of parts) expect(await send(part)).toMatchObject({ kind: 'sent' });
    expect(meta.standin.sent()).toMatchObject([{ text: 'Look', url: file.url }]);
  });

  it.each([
    ['several files', 'Look', [outgoingFile('IMAGE'), outgoingFile('IMAGE')], 3],
    ['a sound', 'Listen', [outgoingFile('AUDIO')], 2],
    ['a text too long for below', 'x'.repeat(1_025), [outgoingFile('IMAGE')], 2],
    ['a text of two parts', 'x'.repeat(4_097), [], 2],
    ['no text', null, [outgoingFile('STICKER')], 1],
    ['nothing', '  ', [], 0],
  ])('sends by themselves: %s', async (_what, text, files, count) => {
    const parts = sender.parts({ text, files });
    expect(parts).toHaveLength(count);
    for (const part of parts) expect(await send(part)).toMatchObject({ kind: 'sent' });
  });

  it('says what it answers, and what finds it again', async () => {
    await send({ text: 'yes' }, { replyToExternalId: 'wamid.theirs', reference: 'sb:1:0' });
    expect(meta.standin.sent()).toMatchObject([{ replyTo: 'wamid.theirs', reference: 'sb:1:0' }]);
  });

  it.each([
    ['people who hide their number', 'DE.13491208655302741918'],
    ['groups', 'Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD'],
  ])('reaches %s', async (_whom, to) => {
    expect(await send({ text: 'hello' }, {}, to)).toMatchObject({ kind: 'sent' });
    expect(meta.standin.sent()).toMatchObject([{ to }]);
  });

  it('answers for a day only', async () => {
    meta.standin.lastInbound(account.externalId, person, new Date(Date.now() - 25 * 60 * 60 * 1_000));
    const closed = { kind: 'refused', again: false, failure: { code: 'WINDOW_CLOSED' } };
    expect(await send({ text: 'late' }, { humanAgent: true })).toMatchObject(closed);
    const result = await send({ text: 'late' });
    expect(JSON.stringify(result)).toContain('more than 24 hours have passed');
  });

  it('understands what Meta says of texts', async () => {
    expect(await send({ text: 'x'.repeat(4_097) })).toMatchObject({ failure: { code: 'MESSAGE_TOO_LONG' } });
    expect(await send({ text: '' })).toMatchObject({ failure: { code: 'MESSAGE_EMPTY' } });
  });

  it('is held to a pace for its number and one for each person, and told when it breaks one', async () => {
    expect(sender.paces(account, person, { text: 'x' }).map(({ key }) => key)).toEqual([
      `whatsapp:${account.externalId}`,
      `whatsapp:${account.externalId}:${person}`,
    ]);
    const toOne = await Promise.all(Array.from({ length: 15 }, () => send({ text: 'x' })));
    expect(toOne).toContainEqual(expect.objectContaining({ kind: 'refused', again: true, waitMs: 6_000 }));
    const toMany = await Promise.all(
      Array.from({ length: 60 }, (_, n) => send({ text: 'x' }, {}, String(49_000_000 + n))),
    );
    expect(toMany).toContainEqual(
      expect.objectContaining({ failure: expect.objectContaining({ message: expect.stringContaining('130429') }) }),
    );
  });

  it('says that it has read and types, of what the person wrote', async () => {
    await sender.signal(account, person, { kind: 'seen', externalMessageId: 'wamid.theirs' });
    await sender.signal(account, person, { kind: 'typing', externalMessageId: 'wamid.theirs' });
    await sender.signal(account, person, { kind: 'typing', externalMessageId: null });
    expect(meta.standin.signals().map(({ to, action }) => [to, action])).toEqual([
      ['wamid.theirs', 'read'],
      ['wamid.theirs', 'read_and_typing'],
    ]);
  });
});
