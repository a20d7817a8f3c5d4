import { textOf } from './fileType.ts';

const program = 'a program';
const installer = 'a package that installs programs';
const shortcut = 'starts a program when it is opened';
const page = 'a page whose scripts would run as if they were of this address';

/** By the type of the content: what a click lets run. Agents open what strangers send. */
const refused: Readonly<Record<string, string>> = {
  'application/x-msdownload': program,
  'application/x-elf': program,
  'application/x-mach-binary': program,
  'application/wasm': program,
  'application/java-vm': program,
  'application/java-archive': program,
  'application/x-shockwave-flash': program,
  'application/vnd.android.package-archive': installer,
  'application/x-apple-diskimage': installer,
  'application/x-deb': installer,
  'application/x-rpm': installer,
  'application/x-google-chrome-extension': installer,
  'application/x-xpinstall': installer,
  'application/x-asar': installer,
  'application/x.ms.shortcut': shortcut,
  'application/x.apple.alias': shortcut,
  'application/vnd.ms-htmlhelp': shortcut,
  'application/x-ms-regedit': 'changes the settings of the machine',
  'text/html': page,
};

/** How scripts begin that systems run without asking which program to take. */
const scripts: readonly RegExp[] = [/^#!/, /^\s*@echo\s/i, /^\s*<\?php/i, /^\s*<%/, /^Windows Registry Editor\s/];

/** The class of Windows Installer packages, within a compound file: Word's and Excel's older files are such too. */
const installerClass = Buffer.from('84100c0000000000c000000000000046', 'hex');

/** Why a file is not taken in; undefined when it may be. @param mimeType As its content says. */
export function refusalOf(bytes: Uint8Array, mimeType: string): string | undefined {
  const reason = refused[mimeType];
  if (reason !== undefined) return reason;
  const text = textOf(bytes);
  if (text !== undefined) return scripts.some((form) => form.test(text)) ? 'a script' : undefined;
  return isCompound(bytes) && Buffer.from(bytes).includes(installerClass) ? installer : undefined;
}

function isCompound(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).equals(Buffer.from('d0cf11e0', 'hex'));
}
