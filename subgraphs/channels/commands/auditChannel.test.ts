import { describe, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { channelSettings } from '../settings.ts';
import { auditChannel, type ChannelSnapshot } from './auditChannel.ts';

const channel: ChannelSnapshot = {
  id: v7(),
  platform: 'TELEGRAM',
  name: 'Bot',
  status: 'ACTIVE',
  settings: channelSettings.parse({}),
  accessToken: 'sealed token',
  webhookSecret: 'sealed secret',
};
const admin = { kind: 'agent', id: v7() } as const;

describe('an entry about a channel', () => {
  test.each([
    ['channel.paused', channel, { status: 'PAUSED' }],
    ['channel.resumed', { ...channel, status: 'PAUSED' }, {}],
    ['channel.removed', channel, { status: 'REMOVED', accessToken: null, webhookSecret: null }],
    ['channel.reauthorized', channel, { accessToken: 'another' }],
    ['channel.secret.rotated', channel, { webhookSecret: 'another' }],
    ['channel.updated', channel, { name: 'Shop' }],
    ['channel.connected', null, {}],
  ] as const)('is %s, and holds no credentials', (action, before, changed) => {
    const event = auditChannel(before, { ...channel, ...changed }, admin);
    expect(event).toMatchObject({ type: 'channel.audited', actor: admin, data: { action, channelId: channel.id } });
    expect(JSON.stringify(event)).not.toMatch(/sealed|another/);
  });

  test('is not made when nothing changed, or nobody of the company did it', () => {
    expect(auditChannel(channel, { ...channel }, admin)).toBeUndefined();
    expect(auditChannel(channel, { ...channel, status: 'NEEDS_REAUTHORIZATION' }, { kind: 'system' })).toBeUndefined();
  });
});
