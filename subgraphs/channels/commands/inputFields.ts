import { z } from 'zod';
import { userError } from '#platform/graphql/errors.ts';
import { storableText } from '#platform/postgres/storableText.ts';
import type { Refused } from './outcome.ts';

/** Text that people read, as it can be kept. */
export function words(what: string, { min = 0, max }: { readonly min?: number; readonly max: number }) {
  return z
    .string()
    .transform((text) => storableText(text).trim())
    .pipe(z.string().min(min, `${what} is empty.`).max(max, `${what} has at most ${max} characters.`));
}

export const channelName = words('The name', { min: 1, max: 100 });

/** A token goes into a header or an address: nothing that has a meaning there may be in it. */
export const accessToken = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,1000}$/, 'This is not a token: copy it again, without blanks or line breaks.');

/** The origin of a page, as browsers say it. */
const origin = z.string().transform((text, context) => {
  const url = URL.parse(text.trim());
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin) return url.origin;
  context.addIssue({ code: 'custom', message: 'This is no origin such as https://shop.example: leave out any path.' });
  return z.NEVER;
});

export const webChatFields = z.object({
  allowedOrigins: z
    .array(origin)
    .min(1, 'Name at least one origin: otherwise no page can show the web chat.')
    .max(50, 'A web chat has at most 50 origins: connect another one.')
    .transform((origins) => [...new Set(origins)]),
  color: z
    .string()
    .toLowerCase()
    .regex(/^#[0-9a-f]{6}$/, 'A colour looks like #2563eb.'),
  title: words('The title', { min: 1, max: 80 }),
  greeting: words('The greeting', { max: 500 }),
  offlineNotice: words('The offline notice', { max: 500 }),
  requireIdentity: z.boolean(),
});

/** Everything that is wrong with the input at once. */
export function invalid(error: z.ZodError, ...path: readonly string[]): Refused {
  return {
    userErrors: error.issues.map((issue) =>
      userError('INVALID', issue.message, ['input', ...path, ...issue.path.map(String)]),
    ),
  };
}
