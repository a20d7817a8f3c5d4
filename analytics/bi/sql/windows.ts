import { expressions, expression } from './expressions.ts';
import { orderList } from './ordering.ts';
import { quoteName } from './quote.ts';
import type { Translation } from './translation.ts';

/** What follows OVER: a window's name, or the window. */
export function windowClause(translation: Translation): string {
  const { reader } = translation;
  if (!reader.seesSign('(')) return quoteName(reader.name());
  return windowDefinition(translation);
}

export function windowDefinition(translation: Translation): string {
  const { reader } = translation;
  reader.expectSign('(');
  const parts: string[] = [];
  const begins = ['PARTITION', 'ORDER', 'ROWS', 'RANGE', 'GROUPS'].some((word) => reader.sees(word));
  if (!begins && !reader.seesSign(')')) parts.push(quoteName(reader.name()));
  if (reader.takes('PARTITION', 'BY')) parts.push(`PARTITION BY ${expressions(translation)}`);
  if (reader.takes('ORDER', 'BY')) parts.push(`ORDER BY ${orderList(translation)}`);
  for (const unit of ['ROWS', 'RANGE', 'GROUPS']) {
    if (reader.takes(unit)) parts.push(`${unit} ${frame(translation)}`);
  }
  reader.expectSign(')');
  return `(${parts.join(' ')})`;
}

function frame(translation: Translation): string {
  const { reader } = translation;
  if (!reader.takes('BETWEEN')) return bound(translation);
  const from = bound(translation);
  reader.expect('AND');
  return `BETWEEN ${from} AND ${bound(translation)}`;
}

function bound(translation: Translation): string {
  const { reader } = translation;
  if (reader.takes('CURRENT', 'ROW')) return 'CURRENT ROW';
  const distance = reader.takes('UNBOUNDED') ? 'UNBOUNDED' : expression(translation);
  if (reader.takes('PRECEDING')) return `${distance} PRECEDING`;
  reader.expect('FOLLOWING');
  return `${distance} FOLLOWING`;
}
