import { describe, expect, it } from '@jest/globals';
import { readConfig } from '#platform/config/readConfig.ts';
import { configSchema, routerDefaults } from './config.ts';

const enough = {
  NATS_URL: 'nats://localhost:4222',
  REDIS_URL: 'redis://localhost:6379',
  CHANNELS_URL: 'http://channels:4001',
  CONVERSATIONS_URL: 'http://conversations:4002',
  KNOWLEDGE_URL: 'http://knowledge:4003',
  ANALYTICS_URL: 'http://analytics:4004',
  IDENTITY_SECRET: 'i'.repeat(32),
  TOKEN_SECRET: 't'.repeat(32),
};

describe("the router's environment", () => {
  it('needs no more than addresses and secrets, and is that of production', () => {
    const { service } = readConfig(configSchema, enough);
    expect(service).toMatchObject({ ...routerDefaults, production: true, graphiql: undefined });
    expect(service.subgraphs).toEqual({
      channels: 'http://channels:4001',
      conversations: 'http://conversations:4002',
      knowledge: 'http://knowledge:4003',
      analytics: 'http://analytics:4004',
    });
  });

  it('opens the page for browsers outside of production', () => {
    const { service } = readConfig(configSchema, { ...enough, NODE_ENV: 'development' });
    expect(service).toMatchObject({ production: false, graphiql: {} });
  });

  it('takes an identity provider in place of a secret', () => {
    const { TOKEN_SECRET: _, ...env } = enough;
    const { service } = readConfig(configSchema, { ...env, TOKEN_JWKS_URL: 'https://id.example/keys' });
    expect(service.bearer).toMatchObject({ secret: undefined, jwksUrl: 'https://id.example/keys' });
    expect(() => readConfig(configSchema, env)).toThrow(/TOKEN_SECRET.*TOKEN_JWKS_URL/);
  });

  it('that is wrong is refused with every problem, and without a secret in the message', () => {
    const wrong = {
      ...enough,
      NATS_URL: 'http://x',
      MAX_DEPTH: '0',
      SUBGRAPH_TIMEOUT: 'soon',
      TOKEN_SECRET: 'hunter2',
    };
    const refused = expect.objectContaining({
      problems: ['NATS_URL', 'SUBGRAPH_TIMEOUT', 'TOKEN_SECRET', 'MAX_DEPTH'].map((variable) =>
        expect.objectContaining({ variable }),
      ),
      message: expect.not.stringContaining('hunter2'),
    });
    expect(() => readConfig(configSchema, wrong)).toThrow(refused);
  });
});
