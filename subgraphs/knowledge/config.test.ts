import { describe, expect, it } from '@jest/globals';
import { readConfig } from '#platform/config/readConfig.ts';
import { configSchema } from './config.ts';

const env = {
  DATABASE_URL: 'postgres://knowledge_app:x@localhost/switchboard',
  RELAY_DATABASE_URL: 'postgres://knowledge_relay:x@localhost/switchboard',
  NATS_URL: 'nats://localhost:4222',
  IDENTITY_SECRET: 'x'.repeat(32),
  QDRANT_URL: 'http://localhost:6333',
  REDIS_URL: 'redis://localhost:6379',
  FILES_URL: 'file:///files',
  FILES_SECRET: 'x'.repeat(32),
};
const embeddings = {
  EMBEDDINGS_URL: 'https://api.openai.com/v1',
  EMBEDDINGS_MODEL: 'text-embedding-3-small',
  EMBEDDINGS_DIMENSIONS: '1536',
};

describe('the environment of the knowledge service', () => {
  it('embeds locally unless an endpoint is named', () => {
    expect(readConfig(configSchema, env).service.embeddings).toBeUndefined();
    expect(readConfig(configSchema, { ...env, ...embeddings }).service.embeddings).toEqual({
      url: 'https://api.openai.com/v1',
      model: 'text-embedding-3-small',
      dimensions: 1536,
      apiKey: undefined,
    });
  });

  it.each(Object.keys(embeddings))('wants the whole endpoint when %s is missing', (variable) => {
    expect(() => readConfig(configSchema, { ...env, ...embeddings, [variable]: '' })).toThrow(
      /EMBEDDINGS_URL .*must come with/,
    );
  });
});
