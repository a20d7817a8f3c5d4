import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLocalEmbedder } from './localEmbedder.ts';

const embedder = createLocalEmbedder();
const companyId = 'ours';

async function vectorOf(text: string): Promise<number[]> {
  const [vector = []] = await embedder.embed([text], { companyId });
  return vector;
}

const cosine = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

const passages = {
  returns: 'You get your money back when you send the trainers back within thirty days.',
  hours: 'Our shop is open Monday to Friday from nine to six. On Saturdays we close at two.',
  shipping: 'Parcels leave our warehouse the same day. The courier needs two to three working days.',
  password: 'If you forgot your password, choose it anew on the sign-in page; we send you a link.',
  warranty: 'Every bicycle has a guarantee of five years on the frame. Tyres are left out.',
  zahlung: 'Zahlungen sind mit Kreditkarte oder auf Rechnung möglich. Wir erstatten innerhalb von 14 Tagen.',
};

describe('the local embedder', () => {
  it.each([
    ['other words for the same thing', 'refund for returned shoes', 'returns'],
    ['other words in a question', 'when can I visit the store at the weekend', 'hours'],
    ['another word for the subject', 'how long does shipping take', 'shipping'],
    ['a phrase for a word', 'cannot log in', 'password'],
    ['other forms of the words', 'a warranty on bicycles', 'warranty'],
    ['slips of the keyboard', 'garantee for bicyles', 'warranty'],
    ['letters that changed places', 'passwrod', 'password'],
    ['another order of the words', 'frame guarantee bicycle years five', 'warranty'],
    ['another language', 'Ich möchte mit der Rechnung zahlen', 'zahlung'],
  ])('finds the passage by %s', async (_how, query, expected) => {
    const asked = await vectorOf(query);
    const scores = await Promise.all(
      Object.entries(passages).map(async ([name, text]) => ({ name, score: cosine(asked, await vectorOf(text)) })),
    );
    const [best] = scores.toSorted((a, b) => b.score - a.score);
    expect(best?.name).toBe(expected);
  });

  it('gives every text a direction of length 1, the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const vector = await vectorOf(text);
        expect(vector).toHaveLength(embedder.dimensions);
        expect(cosine(vector, vector)).toBeCloseTo(1, 4);
        expect(await vectorOf(text)).toEqual(vector);
      }),
    );
  });

  it('answers in the order of the texts', async () => {
    const texts = Object.values(passages);
    expect(await embedder.embed(texts, { companyId })).toEqual(await Promise.all(texts.map(vectorOf)));
  });
});
