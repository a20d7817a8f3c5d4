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
  it('takes no model that would take longer than the graph waits for an answer', () => {
    const chat = { CHAT_MODEL_URL: 'http://localhost:8080/v1', CHAT_MODEL: 'm' };
    expect(readConfig(configSchema, { ...env, ...chat, CHAT_MODEL_TIMEOUT: '45s' }).service.chat?.timeoutMs).toBe(
      45_000,
    );
    expect(() => readConfig(configSchema, { ...env, ...chat, CHAT_MODEL_TIMEOUT: '46s' })).toThrow(
      /CHAT_MODEL_TIMEOUT.*at most 45s/,
    );
  });

  it('embeds locally unless an endpoint is named', () => {
    expect(readConfig(configSchema, env).service.embeddings).toBeUndefined();
    expect(readConfig(configSchema, { ...env, ...embeddings }).service.embeddings).toEqual({
      url: 'https://api.openai.com/v1',
      model: 'text-embedding-3-small',
      dimensions: 1536,
      apiKey: undefined,
      limits: { requestsPerMinute: undefined, tokensPerMinute: undefined },
    });
    const limits = { EMBEDDINGS_REQUESTS_PER_MINUTE: '3000', EMBEDDINGS_TOKENS_PER_MINUTE: '1000000' };
    expect(readConfig(configSchema, { ...env, ...embeddings, ...limits }).service.embeddings?.limits).toEqual({
      requestsPerMinute: 3_000,
      tokensPerMinute: 1_000_000,
    });
    expect(() => readConfig(configSchema, { ...env, ...embeddings, EMBEDDINGS_TOKENS_PER_MINUTE: '10' })).toThrow(
      /EMBEDDINGS_TOKENS_PER_MINUTE/,
    );
  });

  it.each(Object.keys(embeddings))('wants the whole endpoint when %s is missing', (variable) => {
    expect(() => readConfig(configSchema, { ...env, ...embeddings, [variable]: '' })).toThrow(
      /EMBEDDINGS_URL .*must come with/,
    );
  });

  it('ranks again only where a model is named, with its address', () => {
    expect(readConfig(configSchema, env).service.rerank).toBeUndefined();
    const rerank = { RERANK_URL: 'https://api.jina.ai/v1', RERANK_MODEL: 'jina-reranker-v2' };
    expect(readConfig(configSchema, { ...env, ...rerank }).service.rerank).toEqual({
      url: 'https://api.jina.ai/v1',
      model: 'jina-reranker-v2',
      timeoutMs: 2_000,
    });
    for (const variable of Object.keys(rerank)) {
      expect(() => readConfig(configSchema, { ...env, ...rerank, [variable]: '' })).toThrow(/RERANK_URL/);
    }
  });
});
