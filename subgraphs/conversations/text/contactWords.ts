import { companyMark, keptWord, searchQuery, searchVector, wordOrLonger } from './searchWords.ts';

/** Shorter, they are in every other number. */
const SHORTEST_NUMBER = 4;
const COUNTRY_CODE_DIGITS = 3;

/** What of a contact's e-mail and phone is searched by, beside the name. */
export function detailWords(
  companyId: string,
  { email, phone }: { readonly email: string | null; readonly phone: string | null },
): string[] {
  const mark = companyMark(companyId);
  return [...searchVector(companyId, email), ...phoneWords(phone ?? '').map((digits) => keptWord(mark, digits))];
}

/** A number is looked for as people dial it at home, too: without the country's code, of one to three digits. */
function phoneWords(phone: string): string[] {
  const digits = phone.replaceAll(/\D/g, '');
  const endings = Array.from({ length: COUNTRY_CODE_DIGITS + 1 }, (_, skipped) => digits.slice(skipped));
  return endings.filter(({ length }) => length >= SHORTEST_NUMBER);
}

/** What to look for: the beginning of a number, however it is written, or words. Undefined when it is nothing to look for. */
export function contactQuery(companyId: string, search: string): string | undefined {
  if (!/^[+\d\s()./-]*\d[+\d\s()./-]*$/.test(search)) return searchQuery(companyId, search)?.matches;
  const digits = search.replaceAll(/\D/g, '').replace(/^0+/, '');
  return digits === '' ? undefined : wordOrLonger(companyMark(companyId), digits);
}
