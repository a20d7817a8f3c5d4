import { storableText } from '#platform/postgres/storableText.ts';

/** What file systems take. */
const LONGEST_NAME = 200;

/** A file's name as it came from outside, without a path and without what is no letter of a name; null when nothing is left. */
export function fileName(text: string | null): string | null {
  const last =
    storableText(text ?? '')
      .split(/[/\\]/)
      .at(-1) ?? '';
  // Direction marks turn `fdp.exe` into what looks like `exe.pdf`.
  const visible = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim();
  if (/^\.*$/.test(visible)) return null;
  return shortened(visible);
}

/** The last step of an address, when it looks like a file's name. */
export function fileNameIn(url: URL): string | null {
  const step = url.pathname.split('/').at(-1) ?? '';
  try {
    const name = decodeURIComponent(step);
    return /\.\w{1,8}$/.test(name) ? fileName(name) : null;
  } catch {
    return null;
  }
}

/** The extension stays. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const extension = /\.\w{1,8}$/.exec(name)?.[0] ?? '';
  return (name.slice(0, LONGEST_NAME - extension.length) + extension).toWellFormed();
}
