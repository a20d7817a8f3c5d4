import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keptWord, searchQuery, searchVector, searchWords, wordOrLonger } from './searchWords.ts';
import { storableText } from '#platform/postgres/storableText.ts';

const acme = '01920000-0000-7000-8000-0000beefac3e';

describe('the words of a text', () => {
  test.each([
    ['Où est ma COMMANDE ?', ['ou', 'est', 'ma', 'commande']],
    ['Straße, STRASSE', ['strasse']],
    ['İstanbul, ISPARTA, ısı', ['istanbul', 'isparta', 'isi']],
    ['Đơn hàng #48213', ['don', 'hang', '48213']],
    ['Łódź Ærø Œuvre Þór', ['lodz', 'aero', 'oeuvre', 'thor']],
    ['ΟΔΟΣ οδός', ['οδοσ']],
    ['Ёлка, елка; мой и мои', ['елка', 'мои\u0306', 'и', 'мои']],
    ['ｆｕｌｌ　ｗｉｄｔｈ', ['full', 'width']],
    ['soft\u00ADhyphen zero\u200Bwidth', ['softhyphen', 'zerowidth']],
    ['mail: a.b@example.com', ['mail', 'a', 'b', 'example', 'com']],
    ['مَرْحَبًا، طلبـــي رقم ٤٨٢١٣ أين', ['مرحبا', 'طلبي', 'رقم', '48213', 'اين']],
    ['سفارش ۱۲۳ کی', ['سفارش', '123', 'كي']],
    ['שָׁלוֹם, שלום', ['שלום']],
    ['\u202Eabc\u202C', ['abc']],
    ['👍🏽 und 👍', ['👍', 'und']],
    ['👩‍💻❤️ 🇩🇪 1️⃣', ['👩', '💻', '❤', '🇩🇪', '1']],
    ['我的订单', ['我的', '的订', '订单', '单']],
    ['订单48213在', ['订单', '单', '48213', '在']],
    ['ｶﾞｽ か', ['ガス', 'ス', 'か'].map((word) => word.normalize('NFKD'))],
    ['ที่ไหน', ['ที่ไ', 'ไห', 'หน', 'น']],
    ['…', []],
  ])('of %j are %j', (text, words) => {
    expect(searchWords(text)).toEqual(words);
  });

  test('are the same for a text in either Unicode form and in any case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(searchWords(text.normalize('NFD'))).toEqual(searchWords(text.normalize('NFC')));
      }),
    );
    const letters = fc.string({ unit: fc.constantFrom(...Array.from('aßéøłæıжйёσςاあ')) });
    fc.assert(
      fc.property(letters, (text) => {
        expect(searchWords(text.toUpperCase())).toEqual(searchWords(text.toLowerCase()));
      }),
    );
  });

  test('are words again, each the same one', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('aÉßďжйёאَمرقし東京กทดा한👍🏽🇩🇪12٣ -.')) });
    fc.assert(
      fc.property(text, (written) => {
        const words = searchWords(written);
        for (const word of words) expect(searchWords(word)).toContain(word);
      }),
    );
  });

  test('in scripts without blanks find the text by every part of it', () => {
    const letters = (from: string) => fc.array(fc.constantFrom(...Array.from(from)), { minLength: 1, maxLength: 30 });
    const scripts = fc.oneof(
      letters('我的订单在哪里已经收到退款谢'),
      letters('注文はどこですかガスー'),
      letters('กขคงจฉชซนมรลว'),
    );
    fc.assert(
      fc.property(scripts, fc.nat(), fc.integer({ min: 1, max: 10 }), (text, from, length) => {
        const part = text.slice(from % text.length, (from % text.length) + length).join('');
        const words = searchWords(text.join(''));
        const wanted = searchWords(part);
        expect(wanted.slice(0, -1).every((word) => words.includes(word))).toBe(true);
        expect(words.some((word) => word.startsWith(wanted.at(-1) ?? ' '))).toBe(true);
      }),
    );
  });

  test('are bounded, however long the text and its words', () => {
    const words = searchWords(`${'x'.repeat(5_000)} ${Array.from({ length: 5_000 }, (_, i) => `w${i}`).join(' ')}`);
    expect(words).toHaveLength(2_000);
    expect(Math.max(...words.map((word) => word.length))).toBe(40);
  });

  test('are kept with the mark of their company', () => {
    expect(searchVector(acme, 'Ada', null, 'Lovelace')).toEqual(['beefac3ead.a', 'beefac3elovelac.e']);
    expect(searchVector(acme.toUpperCase(), 'Ada')).toEqual(searchVector(acme, 'Ada'));
  });

  test('are kept so that what begins with a word is another place of the index than the word itself', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'я', '订', '😀'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(letters, letters, (beginning, word) => {
        const kept = keptWord('beefac3e', word);
        expect(kept === keptWord('beefac3e', beginning)).toBe(word === beginning);
        expect(kept.startsWith(`beefac3e${beginning}`)).toBe(word !== beginning && word.startsWith(beginning));
      }),
    );
  });
});

describe('a search', () => {
  test('asks for all words, the last one as a beginning, and Korean ones, which go on where others have a word more', () => {
    expect(searchQuery(acme, 'my order i')).toEqual({
      matches: `'beefac3em.y' & 'beefac3eorde.r' & ('beefac3e.i' | 'beefac3ei':*)`,
      exact: `'beefac3em.y' & 'beefac3eorde.r' & 'beefac3e.i'`,
    });
    const orLonger = (word: string) => wordOrLonger('beefac3e', word.normalize('NFKD'));
    expect(searchQuery(acme, '주문 확인')?.matches).toBe(`${orLonger('주문')} & ${orLonger('확인')}`);
  });

  test('is no way into the query language', () => {
    expect(searchQuery(acme, `Ada's & !(order) | :* <-> \\`)?.exact).toBe(
      `'beefac3ead.a' & 'beefac3e.s' & 'beefac3eorde.r'`,
    );
  });

  test('of what looks like a phone number asks for one as well, without what stands before it at home', () => {
    expect(searchQuery(acme, '0170 / 12-345')?.matches).toMatch(/ \| 'beefac3e17012345':\*\)$/);
    expect(searchQuery(acme, '+49 (170) 12345')?.matches).toMatch(/ \| 'beefac3e4917012345':\*\)$/);
    expect(searchQuery(acme, '48 13')?.matches).toBe(`'beefac3e4.8' & ${wordOrLonger('beefac3e', '13')}`);
    expect(searchQuery(acme, 'order 0170 12345')?.matches).not.toContain(') |');
  });

  test('is bounded', () => {
    expect(searchQuery(acme, 'a b c d e f g h i j k')?.exact.split(' & ')).toHaveLength(8);
  });

  test('without a word asks for nothing', () => {
    expect(searchQuery(acme, ' … ')).toBeUndefined();
  });
});

test('text is kept without what the database refuses', () => {
  expect(storableText('a\0b\ud83d')).toBe('ab\ufffd');
  expect(storableText('👍 größer')).toBe('👍 größer');
});
