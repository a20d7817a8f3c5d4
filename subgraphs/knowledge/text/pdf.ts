import { extractText, getDocumentProxy } from 'unpdf';
import { TextError } from './errors.ts';

/** Shorter ones end where their writer ended them: headings, items of a list, addresses. */
const WRAPPED_LINE = 50;

/**
 * The text of a PDF, page after page. Lines that were only wrapped become one.
 *
 * @throws TextError
 */
export async function pdfText(bytes: Uint8Array): Promise<string> {
  try {
    const document = await getDocumentProxy(bytes);
    const { text } = await extractText(document, { mergePages: false });
    return text.map(unwrapped).join('\n\n');
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') throw TextError.locked();
    throw TextError.unreadable('PDF', error instanceof Error ? error.message : String(error), error);
  }
}

function unwrapped(page: string): string {
  let text = '';
  let last = '';
  for (const line of page.split('\n').map((raw) => raw.replace(/\s+/g, ' ').trim())) {
    if (line === '') text += '\n\n';
    else if (/\p{L}-$/u.test(last) && /^\p{Ll}/u.test(line)) text = text.slice(0, -1) + line;
    else if (goesOn(last, line)) text += ` ${line}`;
    else text += (text === '' ? '' : '\n') + line;
    last = line;
  }
  return text;
}

function goesOn(last: string, line: string): boolean {
  const isItem = /^(?:[-–•*]|\d{1,3}[.)])\s/.test(line);
  return !isItem && last.length >= WRAPPED_LINE && !/[.:!?]$/.test(last);
}
