import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { passageTerms, queryTerms } from './bm25.ts';

function score(query: string, passage: string): number {
  const { indices, values } = passageTerms(passage);
  const weights = new Map(indices.map((index, i) => [index, values[i] ?? 0]));
  return queryTerms(query).indices.reduce((sum, index) => sum + (weights.get(index) ?? 0), 0);
}

describe('terms for BM25', () => {
  it('find other forms of a word, and leave grammar out', () => {
    expect(score('refunded', 'We refund the price.')).toBeGreaterThan(0);
    expect(score('when do we have the', 'When the parcel has arrived, we have it.')).toBe(0);
  });

  it('find words of other languages, also when a query does not show which', () => {
    expect(score('Rückerstattungen', 'Die Rückerstattung ist nach 14 Tagen da.')).toBeGreaterThan(0);
    expect(score('remboursements', 'Le remboursement est fait dans les dix jours.')).toBeGreaterThan(0);
    expect(score('возвраты', 'Возврат возможен в течение месяца, если есть чек.')).toBeGreaterThan(0);
    expect(score('返品', '返品は30日以内に可能です')).toBeGreaterThan(0);
  });

  it.each([
    ['English', 'replacing broken chargers', 'We replace every charger that breaks.'],
    ['German', 'beschädigte Pakete', 'Ein beschädigtes Paket ersetzen wir sofort und ohne Kosten.'],
    ['French', 'livraisons retardées', 'La livraison est retardée de deux jours pour toutes les commandes.'],
    ['French with an article', 'abonnement', "L'abonnement est renouvelé tous les ans."],
    ['Spanish', 'devoluciones gratuitas', 'La devolución es gratuita para los clientes de la tienda.'],
    ['Portuguese', 'entregas atrasadas', 'A entrega atrasada não tem custo para o cliente.'],
    ['Italian', 'spedizioni gratuite', "La spedizione è gratuita per gli ordini dell'anno."],
    ['Russian', 'бесплатные доставки', 'Доставка бесплатная для всех заказов в нашем магазине.'],
    ['Chinese', '退货政策', '我们的退货政策允许三十天内退货。'],
    ['Japanese', '送料無料', '五千円以上のご注文は送料無料です。'],
    ['Thai', 'คืนสินค้า', 'ลูกค้าสามารถคืนสินค้าภายในสามสิบวัน'],
  ])('find what is asked in %s in other forms', (_language, query, passage) => {
    expect(score(query, passage)).toBeGreaterThan(0);
    expect(score(query, 'Xylophone qwerty zzyzx.')).toBe(0);
  });

  it('find words typed without their accents', () => {
    expect(score('reduction', 'La réduction est pour tous les clients.')).toBeGreaterThan(0);
  });

  it('count a repeated word more, but less each time', () => {
    const [once, twice, often] = [1, 2, 20].map((times) =>
      score('refund', `${'refund '.repeat(times)}${'other '.repeat(20 - times)}`),
    );
    expect(twice).toBeGreaterThan(once ?? 0);
    expect(often).toBeLessThan((once ?? 0) * 20);
  });

  it('count a word less in a longer passage', () => {
    expect(score('refund', 'refund soon')).toBeGreaterThan(score('refund', `refund ${'other words '.repeat(100)}`));
  });

  it('are numbers that the server takes, each once, with finite positive weights', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const { indices, values } of [passageTerms(text), queryTerms(text)]) {
          expect(new Set(indices).size).toBe(indices.length);
          expect(values).toHaveLength(indices.length);
          expect(indices.every((index) => Number.isInteger(index) && index >= 0 && index < 2 ** 32)).toBe(true);
          expect(values.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
        }
      }),
    );
  });
});
