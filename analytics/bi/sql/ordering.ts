import { BiError } from '../errors.ts';
import { expression } from './expressions.ts';
import { quoteName, quoteText } from './quote.ts';
import type { Translation } from './translation.ts';

/** What follows ORDER BY. */
export function orderList(translation: Translation): string {
  const { reader } = translation;
  if (reader.takes('ALL')) return `ALL${direction(translation)}`;
  const list = [orderElement(translation)];
  while (reader.takesSign(',')) list.push(orderElement(translation));
  return `${list.join(', ')}${interpolation(translation)}`;
}

function orderElement(translation: Translation): string {
  const { reader } = translation;
  let written = `${expression(translation)}${direction(translation)}`;
  if (reader.takes('COLLATE')) {
    const token = reader.next();
    if (token.kind !== 'string') throw BiError.syntax(token.text);
    written += ` COLLATE ${quoteText(token.text)}`;
  }
  if (!reader.takes('WITH', 'FILL')) return written;
  written += ' WITH FILL';
  for (const word of ['FROM', 'TO', 'STEP', 'STALENESS']) {
    if (reader.takes(word)) written += ` ${word} ${expression(translation)}`;
  }
  return written;
}

function direction({ reader }: Translation): string {
  let written = '';
  if (reader.takes('DESC')) written = ' DESC';
  else if (reader.takes('ASC')) written = ' ASC';
  if (!reader.takes('NULLS')) return written;
  if (reader.takes('FIRST')) return `${written} NULLS FIRST`;
  reader.expect('LAST');
  return `${written} NULLS LAST`;
}

function interpolation(translation: Translation): string {
  const { reader } = translation;
  if (!reader.takes('INTERPOLATE')) return '';
  if (!reader.takesSign('(')) return ' INTERPOLATE';
  const list: string[] = [];
  do {
    const name = quoteName(reader.name());
    list.push(reader.takes('AS') ? `${name} AS ${expression(translation)}` : name);
  } while (reader.takesSign(','));
  reader.expectSign(')');
  return ` INTERPOLATE (${list.join(', ')})`;
}
