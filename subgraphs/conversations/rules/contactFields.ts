import { z } from 'zod';
import { storableText } from '#platform/postgres/storableText.ts';

/** A value as it is kept, or why it cannot be. Nothing but blanks is no value. */
export type FieldReading = { readonly value: string | null } | { readonly wrong: string };

const MAX_NAME = 200;
const MAX_EMAIL = 254;
const email = z.email();

export function readName(text: string): FieldReading {
  return read(text, (value) =>
    value.length > MAX_NAME ? { wrong: `A name has at most ${MAX_NAME} characters.` } : { value },
  );
}

export function readEmail(text: string): FieldReading {
  return read(text, (value) =>
    value.length <= MAX_EMAIL && email.safeParse(value).success
      ? { value: value.toLowerCase() }
      : { wrong: 'This is no e-mail address, such as ada@example.com.' },
  );
}

/** As E.164 has it, so that one number is always written in one way. */
export function readPhone(text: string): FieldReading {
  return read(text, (value) => {
    const number = value.replaceAll(/[\s()./-]/g, '').replace(/^00/, '+');
    return /^\+[1-9]\d{6,14}$/.test(number)
      ? { value: number }
      : { wrong: 'Give the number with its country code, such as +43 660 1234567.' };
  });
}

function read(text: string, check: (value: string) => FieldReading): FieldReading {
  const value = storableText(text).trim();
  return value === '' ? { value: null } : check(value);
}
