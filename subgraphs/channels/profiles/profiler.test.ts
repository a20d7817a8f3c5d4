import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '#platform/logging/logger.ts';
import { catalogue } from '#schema/events/catalogue.ts';
import { eventually } from '#test/stack/eventually.ts';
import { AccountError } from '../platforms/account.ts';
import type { Data } from '../platforms/inbound.ts';
import type { Profile } from '../platforms/outbound.ts';
import { usePicture } from './profilePicture.ts';
import { png } from '../testing/fileServer.ts';
import { messageReceived, openFilesWorld, type FilesWorld } from '../testing/filesWorld.ts';

type Contact = Data<'channel.message.received'>['contact'];

const known = new Map<string, Profile | undefined | Error>();
const asked: { readonly person: string; readonly token: string }[] = [];
const logged: string[] = [];
let world: FilesWorld;
let lastPerson = 100;

beforeAll(async () => {
  const logger = createLogger({
    name: 'channels',
    level: 'warn',
    destination: { write: (line) => void logged.push(line) },
  });
  world = await openFilesWorld(
    {
      async profile(account, person) {
        asked.push({ person, token: account.token });
        const profile = known.get(person);
        if (profile instanceof Error) throw profile;
        return profile;
      },
    },
    { logger },
  );
});
afterAll(() => world.close());

/** Somebody of whom the platform says this. */
function personOf(profile: Partial<Profile> | undefined | Error): Contact {
  const externalId = String(++lastPerson);
  const nothing = { name: null, username: null, languageCode: null, pictureUrl: null };
  known.set(externalId, profile && !(profile instanceof Error) ? { ...nothing, ...profile } : profile);
  return { externalId, name: null, username: null, languageCode: null, phone: null };
}

const received = (message: ReturnType<typeof messageReceived>) =>
  catalogue['channel.message.received'].data.parse(message.data);

type Tenant = Awaited<ReturnType<FilesWorld['tenant']>>;

function writes({ company, channel }: Tenant, ...people: readonly Contact[]): void {
  for (const contact of people) {
    const message = messageReceived(channel.id, { contact, threadExternalId: contact.externalId });
    world.profiler.note(company.id, received(message));
  }
}

async function profiled({ company }: Tenant, count: number) {
  return eventually(async () => {
    const events = (await world.events(company.id)).flatMap((event) =>
      event.type === 'channel.contact.profiled' ? [event.data] : [],
    );
    expect(events).toHaveLength(count);
    return events;
  });
}

/** Whether somebody is to be looked up, or was. */
async function isClaimed({ channel }: Tenant, contact: Contact | undefined): Promise<boolean> {
  const key = `switchboard:channels:profile:${channel.id}:${contact?.externalId ?? ''}`;
  return (await world.redis.exists(key)) === 1;
}

/** Of whatever is wrong with a channel. */
const loggedOf = ({ channel }: Tenant) => logged.filter((line) => line.includes(channel.id));

const times = ({ externalId }: Contact) => asked.filter(({ person }) => person === externalId).length;

describe('somebody who writes', () => {
  it('is looked up with the channel’s token, and told with a copy of the picture', async () => {
    const tenant = await world.tenant();
    const pictureUrl = world.server.serve('/ada.png', { body: png });
    const ada = personOf({ name: 'Ada \0Lovelace', username: 'ada', pictureUrl });
    writes(tenant, { ...ada, languageCode: 'en', phone: '+15550100' });
    const [event] = await profiled(tenant, 1);
    expect(event).toEqual({
      channelId: tenant.channel.id,
      threadExternalId: ada.externalId,
      contact: {
        externalId: ada.externalId,
        name: 'Ada Lovelace',
        username: 'ada',
        languageCode: 'en',
        phone: '+15550100',
      },
      pictureFileKey: expect.stringMatching(new RegExp(`^${tenant.company.id}/`)),
    });
    expect((await world.bytesOf(event?.pictureFileKey))?.equals(png)).toBe(true);
    expect(asked.at(-1)?.token).toBe(tenant.channel.accessToken);
  });

  it('is looked up once, however much is written, and others on their own', async () => {
    const tenant = await world.tenant();
    const [ada, ben] = [personOf({ name: 'Ada' }), personOf({ name: 'Ben' })];
    writes(tenant, ada, ada, ada, { ...ada, name: 'Ada' }, ben);
    await profiled(tenant, 2);
    writes(tenant, ada, ben);
    writes(tenant, personOf({ name: 'Cleo' }));
    await profiled(tenant, 3);
    expect([times(ada), times(ben)]).toEqual([1, 1]);
  });

  it('has a picture that is kept once, and another id with another picture', async () => {
    const tenant = await world.tenant();
    const pictureUrl = world.server.serve('/same.png', { body: png });
    const otherUrl = world.server.serve('/other.png', { body: Buffer.concat([png, Buffer.from('!')]) });
    const person = { companyId: tenant.company.id, channelId: tenant.channel.id, externalId: 'someone' };
    const look = async (url: string) => {
      const picture = await world.keepPicture(person, url, AbortSignal.timeout(60_000));
      if (!picture) throw new Error('it is a picture');
      await world.database.write(person.companyId, ({ sql }) => usePicture(sql, person, picture));
      return picture.fileKey;
    };
    const first = await look(pictureUrl);
    expect(await look(pictureUrl)).toBe(first);
    const second = await look(otherUrl);
    expect(second).not.toBe(first);
    expect(await look(pictureUrl)).not.toBe(first);
  });

  it('is told without a picture when there is none to be had, or it is none', async () => {
    const tenant = await world.tenant();
    const pictures = [
      world.server.serve('/page.png', { body: 'no picture' }),
      world.server.serve('/large.png', { body: Buffer.concat([png, Buffer.alloc(3 * 1024 * 1024)]) }),
      `${world.server.url}/missing.png`,
      'http://10.0.0.1/inside.png',
    ];
    writes(tenant, ...pictures.map((pictureUrl) => personOf({ name: 'Ada', pictureUrl })));
    const events = await profiled(tenant, pictures.length);
    expect(events.map(({ pictureFileKey }) => pictureFileKey)).toEqual(pictures.map(() => null));
  });

  it('of whom the platform knows nothing, or whom it does not tell, is not told, and not asked for again', async () => {
    const tenant = await world.tenant();
    const nobody = personOf(undefined);
    const refused = personOf(new AccountError('PLATFORM_REFUSED', 'no profile'));
    writes(tenant, nobody, refused, nobody, refused);
    writes(tenant, personOf({ name: 'Ada' }));
    await profiled(tenant, 1);
    expect([times(nobody), times(refused)]).toEqual([1, 1]);
    expect(loggedOf(tenant)).toEqual([expect.stringMatching(/PLATFORM_REFUSED.*a profile could not be looked up/)]);
    const lines = await world.counted('switchboard_channels_profiles_total');
    for (const outcome of ['profiled', 'unknown', 'failed', 'no_picture']) {
      expect(lines).toContainEqual(expect.stringContaining(`outcome="${outcome}"`));
    }
  });

  it('waits for nobody of another channel, and is looked up later when too many of the same one wait', async () => {
    const [busy, quiet] = [await world.tenant(), await world.tenant()];
    const crowd = Array.from({ length: 300 }, () => personOf(undefined));
    const ada = personOf({ name: 'Ada' });
    writes(busy, ...crowd);
    writes(quiet, ada);
    await profiled(quiet, 1);
    const last = crowd.at(-1);
    if (!last) throw new Error('there are 300');
    expect([times(ada), times(last)]).toEqual([1, 0]);
    expect(await isClaimed(busy, last)).toBe(false);
  });

  it('and waits while the service stops has not failed, and is looked up with a later message', async () => {
    const tenant = await world.tenant();
    const crowd = Array.from({ length: 100 }, () => personOf(undefined));
    const last = personOf({ name: 'Ada' });
    writes(tenant, ...crowd, last);
    // The first two are looked up at once.
    await eventually(async () => expect(await isClaimed(tenant, crowd[2])).toBe(true));
    await world.profiler.stop();
    await world.profiler.start();
    expect([loggedOf(tenant), times(last)]).toEqual([[], 0]);
    writes(tenant, last);
    await profiled(tenant, 1);
  });

  it('on a platform that knows nobody is left alone', async () => {
    const tenant = await world.tenant();
    const visitor = personOf({ name: 'Ada' });
    const message = messageReceived(tenant.channel.id, { platform: 'WEB_CHAT', contact: visitor });
    world.profiler.note(tenant.company.id, received(message));
    writes(tenant, personOf({ name: 'Ben' }));
    await profiled(tenant, 1);
    expect(times(visitor)).toBe(0);
  });

  // The last one: nobody has Redis afterwards.
  it('is looked up once while Redis is away too', async () => {
    const tenant = await world.tenant();
    const [before, after] = [personOf({ name: 'Ada' }), personOf({ name: 'Ben' })];
    writes(tenant, before);
    await profiled(tenant, 1);
    await world.redisServer.kill9();
    writes(tenant, after, after, before);
    writes(tenant, personOf({ name: 'Cleo' }));
    await profiled(tenant, 3);
    expect([times(before), times(after)]).toEqual([1, 1]);
  });
});
