import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';

export const attributeTypes = ['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'LIST', 'URL'] as const;
export type AttributeType = (typeof attributeTypes)[number];

export type AttributeValue = string | number | boolean;

const MAX_TEXT = 2_000;
const day = z.iso.date();
const address = z.url({ protocol: /^https?$/ }).max(MAX_TEXT);

/** A value as it is kept, or why a definition does not take it. */
export function readAttribute(
  { type, choices }: { readonly type: AttributeType; readonly choices: readonly string[] },
  value: unknown,
): { readonly value: AttributeValue } | { readonly wrong: string } {
  switch (type) {
    case 'TEXT':
      return typeof value === 'string' && value.length <= MAX_TEXT
        ? { value: storableText(value).trim() }
        : { wrong: `This takes a text of at most ${MAX_TEXT} characters.` };
    case 'NUMBER':
      return typeof value === 'number' && Number.isFinite(value) ? { value } : { wrong: 'This takes a number.' };
    case 'BOOLEAN':
      return typeof value === 'boolean' ? { value } : { wrong: 'This takes true or false.' };
    case 'DATE': {
      const date = day.safeParse(value);
      return date.success ? { value: date.data } : { wrong: 'This takes a day, such as 2026-03-01.' };
    }
    case 'LIST':
      return typeof value === 'string' && choices.includes(value)
        ? { value }
        : { wrong: `This takes one of: ${choices.join(', ')}.` };
    case 'URL': {
      const url = address.safeParse(value);
      return url.success ? { value: url.data } : { wrong: 'This takes an http or https address.' };
    }
  }
}
