import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';
import { refuse, type Refusal } from '../asAgent.ts';

const name = z.string().transform(storableText).pipe(z.string().trim().min(1).max(64));
const color = z
  .string()
  .regex(/^#[0-9a-f]{6}$/i)
  .toLowerCase();
const email = z.string().trim().max(254).pipe(z.email());

/** A value of an input as it is kept, or why it cannot be. */
type Field = string | Refusal;

export function readName(value: string): Field {
  return read(name, value, 'A name has 1 to 64 characters.', 'name');
}

export function readColor(value: string): Field {
  return read(color, value, 'A colour is six hexadecimal digits, such as `#2563eb`.', 'color');
}

export function readEmail(value: string): Field {
  return read(email, value, 'This is no e-mail address.', 'email');
}

export function nameTaken(): Refusal {
  return refuse('NAME_TAKEN', 'There is one of this name already: take another name.', 'name');
}

function read(schema: z.ZodType<string>, value: string, message: string, field: string): Field {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : refuse('INVALID', message, field);
}
