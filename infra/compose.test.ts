import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';

/** What we use of the Compose specification; an unknown key is a misspelt one. */
const compose = z.strictObject({
  name: z.string(),
  services: z.record(
    z.string(),
    z.strictObject({
      image: z.string().regex(/^[\w./-]+:v?\d[\w.-]*$/, 'a pinned version'),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      configs: z.array(z.strictObject({ source: z.string(), target: z.string() })).optional(),
      ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'open to this machine only')),
      volumes: z.array(z.string().regex(/^[a-z]+:\/[\w/]+$/)),
      ulimits: z.record(z.string(), z.int()).optional(),
      healthcheck: z.strictObject({
        test: z.array(z.string()).min(2),
        interval: z.string(),
        retries: z.int(),
      }),
    }),
  ),
  configs: z.record(z.string(), z.strictObject({ content: z.string() })),
  volumes: z.record(z.string(), z.null()),
});

describe('the stores as containers', () => {
  const read = (file: string) => readFileSync(new URL(file, import.meta.url), 'utf8');
  const { services, volumes, configs } = compose.parse(parse(read('compose.yaml')));

  it('are pinned, checked for health, and name volumes and configurations that exist', () => {
    for (const service of Object.values(services)) {
      expect(Object.keys(volumes)).toEqual(
        expect.arrayContaining(service.volumes.map((volume) => volume.split(':')[0])),
      );
      expect(Object.keys(configs)).toEqual(expect.arrayContaining((service.configs ?? []).map(({ source }) => source)));
    }
  });

  it('listen where compose.env says', () => {
    const addresses = Object.values(parseEnv(read('compose.env'))).map((address) => new URL(address ?? ''));
    const published = Object.values(services).flatMap(({ ports }) => ports.map((port) => String(port.split(':')[1])));
    expect(addresses.map(({ port }) => port).toSorted()).toEqual(published.toSorted());
    expect(new Set(addresses.map(({ hostname }) => hostname))).toEqual(new Set(['127.0.0.1']));
  });

  it('take the credentials of compose.env', () => {
    const { DATABASE_URL = '', CLICKHOUSE_URL = '' } = parseEnv(read('compose.env'));
    const [database, clickhouse] = [new URL(DATABASE_URL), new URL(CLICKHOUSE_URL)];
    expect(services['postgres']?.environment).toMatchObject({
      POSTGRES_USER: database.username,
      POSTGRES_PASSWORD: database.password,
      POSTGRES_DB: database.pathname.slice(1),
    });
    expect(services['clickhouse']?.environment).toMatchObject({
      CLICKHOUSE_USER: clickhouse.username,
      CLICKHOUSE_PASSWORD: clickhouse.password,
    });
  });
});
