import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '#platform/config/readConfig.ts';
import { configSchema } from './config.ts';

const key = randomBytes(32).toString('base64');
const env = {
  DATABASE_URL: 'postgres://channels_app:x@localhost/switchboard',
  RELAY_DATABASE_URL: 'postgres://channels_relay:x@localhost/switchboard',
  NATS_URL: 'nats://localhost:4222',
  IDENTITY_SECRET: 'a secret that is long enough for HS256',
  PUBLIC_URL: 'https://inbox.example.com/',
  CREDENTIALS_KEYS: `new:${key}, old:${key}`,
  REDIS_URL: 'redis://localhost:6379',
  FILES_URL: 's3://KEY:SECRET@minio:9000/files?tls=false',
  FILES_SECRET: 'a secret that is long enough for files',
};

describe('the environment of channels', () => {
  it('gives keys of which the first seals, and Telegram’s own address unless another is given', () => {
    expect(readConfig(configSchema, env).service).toMatchObject({
      publicUrl: 'https://inbox.example.com',
      credentials: { activeKeyId: 'new', keys: { new: key, old: key } },
      telegramApiUrl: 'https://api.telegram.org',
    });
  });

  it.each(['', ',', 'nokey', 'k1:', `:${key}`, `k1:${key}:more`, `k1:${key},k1:${key}`])(
    'refuses the keys %j',
    (keys) => {
      expect(() => readConfig(configSchema, { ...env, CREDENTIALS_KEYS: keys })).toThrow(/CREDENTIALS_KEYS/);
    },
  );

  it('needs no app at Meta, and one that is whole', () => {
    expect(readConfig(configSchema, env).service.meta).toBeUndefined();
    const meta = { META_APP_ID: '1', META_APP_SECRETS: 'new,old', META_VERIFY_TOKEN: 'sixteen letters!' };
    expect(readConfig(configSchema, { ...env, ...meta }).service.meta).toMatchObject({
      appId: '1',
      appSecrets: ['new', 'old'],
      instagramAppSecrets: [],
      graphUrl: 'https://graph.facebook.com',
    });
    const half = () => readConfig(configSchema, { ...env, META_APP_ID: '1' });
    expect(half).toThrow(/META_APP_SECRETS[^]*META_VERIFY_TOKEN/);
  });

  it('has web chats only where the secret of visitors’ tokens is given', () => {
    expect(readConfig(configSchema, env).service.visitorTokens).toBeUndefined();
    const secret = 'a secret that is long enough for tokens';
    expect(readConfig(configSchema, { ...env, TOKEN_SECRET: secret }).service.visitorTokens).toEqual({
      secret,
      issuer: 'switchboard',
      audience: 'switchboard-graph',
    });
  });

  it('says where files are kept, how large they may be, and what signs their addresses', () => {
    const { files } = readConfig(configSchema, env).service;
    expect(files).toEqual({ url: env.FILES_URL, secret: env.FILES_SECRET, maxBytes: 25 * 1024 ** 2 });
    const other = readConfig(configSchema, { ...env, FILES_URL: 'file:///var/files', ATTACHMENT_MAX_BYTES: '5mb' });
    expect(other.service.files).toMatchObject({ url: 'file:///var/files', maxBytes: 5 * 1024 ** 2 });
  });

  it.each(['files', 'http://minio/files', 's3://minio:9000/files'])('refuses %j as a place for files', (place) => {
    expect(() => readConfig(configSchema, { ...env, FILES_URL: place })).toThrow(/FILES_URL must be/);
  });

  it('never shows a key that is wrong', () => {
    const wrong = () => readConfig(configSchema, { ...env, CREDENTIALS_KEYS: `k1:${key}:more` });
    expect(wrong).toThrow(expect.objectContaining({ message: expect.not.stringContaining(key) }));
  });
});
