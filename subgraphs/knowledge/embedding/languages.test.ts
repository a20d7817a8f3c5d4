import { describe, expect, it } from '@jest/globals';
import { languageOfText, rarity, stem } from './languages.ts';

describe('the language of a text', () => {
  it.each([
    ['english', 'How do I return shoes that do not fit?'],
    ['german', 'Wie kann ich Schuhe zurückgeben, die nicht passen?'],
    ['french', 'Comment renvoyer des chaussures qui ne vont pas ?'],
    ['spanish', '¿Cómo devuelvo unos zapatos que no me quedan?'],
    ['italian', 'Come posso restituire delle scarpe che non vanno bene?'],
    ['portuguese', 'Como devolvo uns sapatos que não me servem?'],
    ['dutch', 'Hoe stuur ik schoenen terug die niet passen?'],
    ['russian', 'Как вернуть обувь, которая не подошла?'],
    ['english', 'return policy'],
    ['german', 'Rückgabe Schuhe'],
  ])('is %s by the words that are common in it', (language, text) => {
    expect(languageOfText(text)).toBe(language);
  });

  it.each(['', '12345', 'zzyzx', '退货政策'])('is not told by %j', (text) => {
    expect(languageOfText(text)).toBeUndefined();
  });
});

describe('the rarity of a word', () => {
  it('is low for what everybody says and high for what hardly anybody does', () => {
    const of = (word: string) => rarity(stem(word, 'english'), 'english');
    expect(of('time')).toBeLessThan(of('delivery'));
    expect(of('delivery')).toBeLessThan(of('spectrophotometer'));
    expect(of('spectrophotometer')).toBeCloseTo(1, 3);
  });
});
