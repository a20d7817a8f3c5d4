import { quoteName } from './quote.ts';
import { isQueryAhead, subquery } from './queries.ts';
import { selectAll, tableName, type TableName } from './tables.ts';
import type { Translation } from './translation.ts';
import { operand } from './expressions.ts';

const OPERATORS = [['NOT', 'IN'], ['GLOBAL', 'NOT', 'IN'], ['GLOBAL', 'IN'], ['IN']];
/** Words that are no names. */
const RESERVED: ReadonlySet<string> = new Set(['NULL', 'TRUE', 'FALSE', 'INF', 'NAN', 'SELECT', 'WITH']);

/**
 * `left IN …`, when that comes next. Behind IN a name may be a table's, in brackets or not: it is looked up like one behind FROM, and
 * where it is none it stays a single name, which in an empty database can only be an alias.
 */
export function membership(translation: Translation, left: string): string | undefined {
  const { reader } = translation;
  const operator = OPERATORS.find((words) => reader.takes(...words));
  if (!operator) return undefined;
  return `(${left} ${operator.join(' ')} ${set(translation)})`;
}

function set(translation: Translation): string {
  const { reader } = translation;
  const name = nameAhead(translation);
  if (name) return selectAll(translation, name) ?? quoteName(name.table);
  if (reader.seesSign('(') && isQueryAhead(reader, 1)) {
    reader.expectSign('(');
    return subquery(translation);
  }
  return operand(translation);
}

/** Takes a name that stands alone, in however many brackets. */
function nameAhead(translation: Translation): TableName | undefined {
  const { reader } = translation;
  let depth = 0;
  while (isSign(translation, depth, '(')) depth += 1;
  let end = depth;
  for (;;) {
    const { kind } = reader.peek(end);
    if (kind !== 'word' && kind !== 'name') return undefined;
    end += 1;
    if (!isSign(translation, end, '.')) break;
    end += 1;
  }
  // A function, or `arr[1]`, or `a + 1`: in brackets only the one name.
  if (['(', '[', '::', '.'].some((sign) => isSign(translation, end, sign))) return undefined;
  for (let closing = 0; closing < depth; closing += 1) {
    if (!isSign(translation, end + closing, ')')) return undefined;
  }
  const first = reader.peek(depth);
  if (first.kind === 'word' && RESERVED.has(first.text.toUpperCase())) return undefined;
  for (let opening = 0; opening < depth; opening += 1) reader.expectSign('(');
  const name = tableName(translation);
  for (let closing = 0; closing < depth; closing += 1) reader.expectSign(')');
  return name;
}

function isSign({ reader }: Translation, ahead: number, sign: string): boolean {
  const token = reader.peek(ahead);
  return token.kind === 'sign' && token.text === sign;
}
