import { userError, type UserError } from '#platform/graphql/errors.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import { templateProblem } from '../../rules/template.ts';
import { searchWords } from '../../text/searchWords.ts';
import { refuse, type Outcome, type Refusal } from '../asAgent.ts';
import { attachmentProblem, MAX_TEXT } from '../messageContent.ts';

export interface CannedContent {
  readonly shortcode: string;
  readonly content: string;
  readonly attachmentUrls: readonly string[];
}

const MAX_SHORTCODE = 50;
const shortcodeForm = new RegExp(`^[\\p{L}\\p{N}_-]{1,${MAX_SHORTCODE}}$`, 'u');

/** What was given, as it will be kept, or everything that is wrong with it at once. */
export function readCannedContent(given: CannedContent): CannedContent | Refusal {
  const shortcode = given.shortcode.normalize('NFC').trim().replace(/^\//, '');
  const content = storableText(given.content).trim();
  const errors: UserError[] = [];
  function wrong(field: string, message: string | undefined): void {
    if (message !== undefined) errors.push(userError('INVALID', message, ['input', field]));
  }

  if (!shortcodeForm.test(shortcode)) {
    wrong('shortcode', `A shortcode has 1 to ${MAX_SHORTCODE} letters, digits, - or _.`);
  }
  if (content === '') wrong('content', 'A canned response needs a text.');
  if (content.length > MAX_TEXT) {
    wrong('content', `A text has at most ${MAX_TEXT} characters, this one has ${content.length}.`);
  }
  wrong('content', templateProblem(content));
  wrong('attachmentUrls', attachmentProblem(given.attachmentUrls));
  if (errors.length > 0) return { userErrors: errors };
  return { shortcode, content, attachmentUrls: given.attachmentUrls.map((url) => new URL(url).href) };
}

/** As shortcodes are compared: `Hi` and `hi` are the same. */
export function shortcodeKey(shortcode: string): string {
  return shortcode.normalize('NFKC').toLowerCase();
}

/** What it is found by, with the company as a word of its own (see `search_canned_responses`). */
export function cannedWords(companyId: string, { shortcode, content }: CannedContent): string[] {
  return [companyId, ...searchWords(`${shortcode} ${content}`)];
}

/** Two who take one shortcode at the same moment: the second is told so, as if it had come later. */
export async function refuseIfTaken<T extends object>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (!isTaken(error)) throw error;
    return refuse('SHORTCODE_TAKEN', 'Another canned response has this shortcode: choose another one.', 'shortcode');
  }
}

function isTaken(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (!('constraint' in current)) continue;
    if (current.constraint === 'canned_responses_shared' || current.constraint === 'canned_responses_own') return true;
  }
  return false;
}
