import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { searchQuery, searchVector, searchWords } from './searchWords.ts';
import { storableText } from '#platform/postgres/storableText.ts';

describe('the words of a text', () => {
  test.each([
    ['Où est ma COMMANDE ?', ['ou', 'est', 'ma', 'commande']],
    ['Straße, straße', ['straße']],
    ['Đơn hàng #48213', ['đon', 'hang', '48213']],
    ['ｆｕｌｌ　ｗｉｄｔｈ', ['full', 'width']],
    ['mail: a.b@example.com', ['mail', 'a', 'b', 'example', 'com']],
    ['👍 …', []],
  ])('of %j are %j', (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  test('are the same for a text in either Unicode form and in any case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(searchWords(text.normalize('NFD'))).toEqual(searchWords(text.normalize('NFC')));
      }),
    );
  });

  test('are bounded, however long the text and its words', () => {
    const words = searchWords(`${'x'.repeat(5_000)} ${Array.from({ length: 5_000 }, (_, i) => `w${i}`).join(' ')}`);
    expect(words).toHaveLength(2_000);
    expect(Math.max(...words.map((word) => word.length))).toBe(40);
  });

  test('are kept with the company as one more', () => {
    expect(searchVector('acme', 'Ada', null, 'Lovelace')).toEqual(['acme', 'ada', 'lovelace']);
  });
});

describe('a search', () => {
  test('asks for all words, each as a beginning, and is no way into the query language', () => {
    expect(searchQuery(`Ada's & !(order) :*`)).toBe(`'ada':* & 's':* & 'order':*`);
  });

  test('without a word asks for nothing', () => {
    expect(searchQuery(' … ')).toBeUndefined();
  });
});

test('text is kept without what the database refuses', () => {
  expect(storableText('a\0b\ud83d')).toBe('ab\ufffd');
  expect(storableText('👍 größer')).toBe('👍 größer');
});
