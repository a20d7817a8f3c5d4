/** Latin letters that are no other letter with a mark, and what people type who do not have them. */
const letters: Readonly<Record<string, string>> = {
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ø: 'o',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  // Greek has two forms of one letter, Arabic and Persian have letters of one sound with two codes or two endings.
  ς: 'σ',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ة: 'ه',
};
const otherLetters = new RegExp(`[${Object.keys(letters).join('')}]`, 'gu');

/** The zeros of digits that are as common as ours where they are used; nine more follow each. */
const zeros = [0x06_60, 0x06_f0, 0x09_66, 0x09_e6, 0x0e_50];
const otherDigits = /[\u{660}-\u{669}\u{6F0}-\u{6F9}\u{966}-\u{96F}\u{9E6}-\u{9EF}\u{E50}-\u{E59}]/gu;

/** Accents of Latin and Greek, the vowels that Hebrew and Arabic may leave out, and what Russian adds to ё and to stress. */
const droppedMarks =
  /(?<=[\p{scx=Latn}\p{scx=Grek}\p{scx=Hebr}\p{scx=Arab}]\p{Mn}*)\p{Mn}|(?<=\p{scx=Cyrl}\p{Mn}*)[\u{301}\u{308}]/gu;
/** Direction marks, joiners, soft hyphens, the stroke that only stretches an Arabic word, what picks a form of an emoji. */
const invisible = /\p{Cf}|\u{640}|\u{FE0E}|\u{FE0F}|\u{20E3}|\p{Emoji_Modifier}/gu;

/**
 * A text as search compares it: without case, width and accents, with ours for other digits. The marks of other scripts
 * stay, where they make another letter (`й`, `が`) or another vowel.
 */
export function foldText(text: string): string {
  return (
    text
      .normalize('NFKD')
      .replaceAll(invisible, '')
      .replaceAll(droppedMarks, '')
      // By the upper case: `ß` is `SS` there, and the letters that differ in one case only become one.
      .toUpperCase()
      .toLowerCase()
      .normalize('NFKD')
      .replaceAll(droppedMarks, '')
      .replaceAll(otherLetters, (letter) => letters[letter] ?? letter)
      .replaceAll(otherDigits, (digit) => {
        const code = digit.codePointAt(0) ?? 0;
        const zero = zeros.find((each) => code >= each && code < each + 10) ?? code;
        return String(code - zero);
      })
  );
}
