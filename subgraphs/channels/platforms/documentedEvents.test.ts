import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fixturePlatforms, readFixtures } from '../testing/platformFixtures.ts';

const docs = join(import.meta.dirname, '../../../docs/platform-events');

/** The names in the first columns of the tables. */
function documented(platform: string): string[] {
  const text = readFileSync(join(docs, `${platform}.md`), 'utf8');
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? '').toSorted();
}

describe('docs/platform-events', () => {
  it('has a page for every platform with fixtures, and no other', () => {
    const pages = readdirSync(docs).map((file) => file.replace(/\.md$/, ''));
    expect(pages.toSorted()).toEqual(fixturePlatforms());
  });

  it.each(fixturePlatforms())('has one row for each fixture of %s, which shows that the row is true', (platform) => {
    expect(documented(platform)).toEqual(readFixtures(platform).map(({ name }) => name));
  });
});
