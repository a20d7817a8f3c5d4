import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Attachment } from '#schema/events/values.ts';
import { eventually } from '#test/stack/eventually.ts';
import { createS3Standin } from '#test/standins/s3/s3Standin.ts';
import { AccountError } from '../platforms/account.ts';
import type { Account } from '../platforms/outbound.ts';
import { png } from '../testing/fileServer.ts';
import { attachmentOf, maxBytes, messageReceived, openFilesWorld, type FilesWorld } from '../testing/filesWorld.ts';

const opened: Account[] = [];
let world: FilesWorld;
let path = 0;

beforeAll(async () => {
  world = await openFilesWorld({
    async fileAddress(account, platformFileId) {
      opened.push(account);
      if (platformFileId === 'gone') throw new AccountError('PLATFORM_REFUSED', 'Bad Request: wrong file_id');
      return { url: `${world.server.url}/${platformFileId}`, headers: { authorization: `Bearer ${account.token}` } };
    },
  });
});
afterAll(() => world.close());

/** At an address of its own, the answers that the platform gives in turn. */
function serve(...answers: Parameters<FilesWorld['server']['serve']>[1][]): { path: string; url: string } {
  const at = `/file-${String(++path)}`;
  return { path: at, url: world.server.serve(at, ...answers) };
}

async function told(companyId: string, count = 1, from: FilesWorld = world) {
  return eventually(async () => {
    const events = (await from.events(companyId)).flatMap((event) =>
      event.type === 'channel.attachment.stored' ? [event.data] : [],
    );
    expect(events).toHaveLength(count);
    return events;
  });
}

async function outcomeOf(attachment: Attachment) {
  const { company, channel } = await world.tenant();
  await world.tell(company.id, messageReceived(channel.id, { attachments: [attachment] }));
  const [outcome] = await told(company.id);
  return outcome;
}

describe('the file of a message', () => {
  it('is fetched, kept, and told with what it really is', async () => {
    const { company, channel } = await world.tenant();
    const { url } = serve({ body: png });
    const attachment = attachmentOf({
      kind: 'FILE',
      url: `${url}?token=1`,
      mimeType: 'application/pdf',
      name: 'a/ü.png',
    });
    world.server.serve(`${new URL(url).pathname}?token=1`, { body: png });
    const message = messageReceived(channel.id, { externalMessageId: '77:1', attachments: [attachment] });
    await world.tell(company.id, message);
    const [outcome] = await told(company.id);
    expect(outcome).toEqual({
      channelId: channel.id,
      threadExternalId: '77',
      externalMessageId: '77:1',
      attachment: {
        ...attachment,
        kind: 'IMAGE',
        mimeType: 'image/png',
        size: png.length,
        name: 'ü.png',
        fileKey: `${company.id}/${String(attachment.id)}`,
      },
      failure: null,
    });
    expect((await world.bytesOf(outcome?.attachment.fileKey))?.equals(png)).toBe(true);
  });

  it('is asked of the platform by its id, with the channel’s token, and named as it is there', async () => {
    const { company, channel } = await world.tenant();
    world.server.serve('/voice.oga', { body: 'just text' });
    const attachment = attachmentOf({ kind: 'AUDIO', platformFileId: 'voice.oga' });
    await world.tell(company.id, messageReceived(channel.id, { attachments: [attachment] }));
    const [outcome] = await told(company.id);
    expect(outcome?.attachment).toMatchObject({ kind: 'FILE', mimeType: 'text/plain', name: 'voice.oga' });
    const [asked] = world.server.asked('/voice.oga');
    expect(asked?.headers.authorization).toBe(`Bearer ${channel.accessToken}`);
    expect(opened.at(-1)).toMatchObject({ channelId: channel.id, companyId: company.id, platform: 'TELEGRAM' });
  });

  it('is fetched once and told once, though its message comes many times', async () => {
    const { company, channel } = await world.tenant();
    const { url, path: at } = serve({ body: png });
    const message = messageReceived(channel.id, { attachments: [attachmentOf({ url })] });
    await Promise.all(Array.from({ length: 10 }, () => world.tell(company.id, message)));
    await told(company.id);
    await world.tell(company.id, message, messageReceived(channel.id, { attachments: [attachmentOf({ url })] }));
    await told(company.id, 2);
    expect(world.server.asked(at)).toHaveLength(2);
  });

  it('is left alone when there is none, when we have it, or when nothing names it', async () => {
    const { company, channel } = await world.tenant();
    const { url, path: at } = serve({ body: png });
    const attachments = [
      attachmentOf({ kind: 'LOCATION', latitude: 1, longitude: 2 }),
      attachmentOf({ url, fileKey: `${company.id}/kept` }),
      attachmentOf({ url, id: null }),
    ];
    await world.tell(company.id, messageReceived(channel.id, { attachments }));
    const last = attachmentOf({ url: serve({ body: png }).url });
    await world.tell(company.id, messageReceived(channel.id, { attachments: [last] }));
    expect(await told(company.id)).toMatchObject([{ attachment: { id: last.id } }]);
    expect(world.server.asked(at)).toEqual([]);
  });

  it('is taken from what was written past the inbox, edited, and added to an album, each once', async () => {
    const { company, channel } = await world.tenant();
    const [first, second, third] = [1, 2, 3].map(() => attachmentOf({ url: serve({ body: png }).url }));
    if (!first || !second || !third) throw new Error('three were made');
    const place = { channelId: channel.id, threadExternalId: '77', externalMessageId: '77:9', text: null };
    const { contact, sentAt, platform } = messageReceived(channel.id).data;
    const echoed = { ...place, contact, sentAt, platform, messageId: String(third.id), replyToExternalId: null };
    const actor = { kind: 'system' } as const;
    await world.tell(
      company.id,
      messageReceived(channel.id, { ...place, attachments: [first] }),
      { type: 'channel.message.extended', actor, data: { ...place, attachments: [first, second] } },
      { type: 'channel.message.edited', actor, data: { ...place, attachments: [second], editedAt: sentAt } },
      { type: 'channel.message.edited', actor, data: { ...place, attachments: null, editedAt: sentAt } },
      { type: 'channel.message.echoed', actor, data: { ...echoed, attachments: [third] } },
    );
    const events = await told(company.id, 3);
    const ids = events.map(({ attachment }) => attachment.id);
    expect(new Set(ids)).toEqual(new Set([first.id, second.id, third.id]));
    for (const { url } of [first, second, third]) {
      expect(world.server.asked(new URL(url ?? '').pathname)).toHaveLength(1);
    }
  });

  it('that cannot be had does not keep the others of its message away', async () => {
    const { company, channel } = await world.tenant();
    const attachments = [
      attachmentOf({ url: serve({ status: 404 }).url }),
      attachmentOf({ url: serve({ body: png }).url }),
    ];
    await world.tell(company.id, messageReceived(channel.id, { attachments }));
    expect(await told(company.id, 2)).toMatchObject([
      { attachment: { id: attachments[0]?.id, fileKey: null }, failure: 'NOT_FOUND' },
      { attachment: { id: attachments[1]?.id, fileKey: expect.any(String) }, failure: null },
    ]);
  });

  it.each([
    ['is gone', () => attachmentOf({ url: serve({ status: 403 }).url }), 'NOT_FOUND'],
    ['is unknown to the platform', () => attachmentOf({ platformFileId: 'gone' }), 'NOT_FOUND'],
    ['is in a private network', () => attachmentOf({ url: 'http://192.168.0.1/router.png' }), 'FORBIDDEN_ADDRESS'],
    ['is said to be too large', () => attachmentOf({ url: serve({ body: png }).url, size: maxBytes + 1 }), 'TOO_LARGE'],
    ['is too large', () => attachmentOf({ url: serve({ body: Buffer.alloc(maxBytes + 1) }).url }), 'TOO_LARGE'],
    ['is a program', () => attachmentOf({ url: serve({ body: `MZ${'\0'.repeat(200)}` }).url }), 'TYPE_REFUSED'],
    ['is a page', () => attachmentOf({ url: serve({ body: '<!doctype html><b>x' }).url }), 'TYPE_REFUSED'],
    ['stays unavailable', () => attachmentOf({ url: serve({ status: 500 }).url }), 'UNAVAILABLE'],
  ])('that %s is told to be so, and the attachment stays as it was', async (_what, make, failure) => {
    const attachment = make();
    expect(await outcomeOf(attachment)).toMatchObject({ attachment, failure });
  });

  it('that is unavailable for a moment is fetched again', async () => {
    const { url, path: at } = serve({ status: 503 }, { status: 429 }, { body: png });
    expect(await outcomeOf(attachmentOf({ url }))).toMatchObject({ failure: null });
    expect(world.server.asked(at)).toHaveLength(3);
  });

  it('of a channel that nobody can ask for it is unavailable', async () => {
    const { company } = await world.tenant();
    const other = await world.tenant();
    const message = messageReceived(other.channel.id, { attachments: [attachmentOf({ platformFileId: 'voice.oga' })] });
    await world.tell(company.id, message);
    expect(await told(company.id)).toMatchObject([{ failure: 'UNAVAILABLE' }]);
  });

  it('is counted by what became of it', async () => {
    const lines = await world.counted('switchboard_channels_attachments_total');
    for (const outcome of ['STORED', 'REPEATED', 'NOT_FOUND', 'RETRIED']) {
      expect(lines).toContainEqual(expect.stringContaining(`outcome="${outcome}"`));
    }
  });
});

describe('while files cannot be kept', () => {
  it('the file of a message waits, and no failure is told', async () => {
    const s3 = createS3Standin();
    await s3.start();
    const other = await openFilesWorld({}, { filesUrl: s3.url() });
    const { company, channel } = await other.tenant();
    s3.fail(7, { kind: 'refuse', status: 503, code: 'SlowDown' });
    const url = other.server.serve('/patient.png', { body: png });
    await other.tell(company.id, messageReceived(channel.id, { attachments: [attachmentOf({ url })] }));
    expect(await told(company.id, 1, other)).toMatchObject([{ failure: null, attachment: { mimeType: 'image/png' } }]);
    await other.close();
    await s3.stop();
  });
});
