import { BiError } from '../errors.ts';
import { quoteText } from './quote.ts';
import type { Translation } from './translation.ts';

const TYPE = /^[A-Za-z][A-Za-z0-9]*(?:\([A-Za-z0-9_ ,()'/+-]*\))?$/;
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '0': '\0' };

/** `{name:Type}` as the value that was given for it. */
export function parameter(translation: Translation): string {
  const { text: name, type } = nextParameter(translation);
  if (type === 'Identifier') throw BiError.notAvailable('A parameter of type Identifier, but in place of a table,');
  if (!TYPE.test(type)) throw BiError.badValue(`'${type}' is no type for a parameter`);
  const value = valueOf(translation, name);
  if (value === '\\N') return `CAST(NULL, ${quoteText(`Nullable(${type})`)})`;
  // Within lists the quotes of their elements do it.
  const read = /^(?:Array|Map|Tuple)\(/.test(type) ? value : unescaped(value);
  return `CAST(${quoteText(read)}, ${quoteText(type)})`;
}

/** A table's name, or a part of one, that came as a parameter. */
export function nameParameter(translation: Translation): string {
  const { text, type } = nextParameter(translation);
  if (type !== 'Identifier') throw BiError.syntax(`{${text}:${type}}`);
  return valueOf(translation, text);
}

function nextParameter({ reader }: Translation) {
  const token = reader.next();
  if (token.kind !== 'parameter') throw BiError.syntax(token.text);
  return { text: token.text, type: token.type.trim() };
}

function valueOf({ parameters }: Translation, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw BiError.unknownParameter(name);
  return value;
}

/** Values come as in tab-separated text. */
function unescaped(value: string): string {
  return value.replaceAll(/\\([^])/g, (_whole, escape: string) => escapes[escape] ?? escape);
}
