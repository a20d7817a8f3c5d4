import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The password of an embedded store: made at the first start, kept in the data directory, readable by its owner only.
 * Letters and digits, so that it stands in URLs and configuration files as it is.
 */
export async function secret(dataDir: string, name: string): Promise<string> {
  const directory = join(dataDir, 'secrets');
  const file = join(directory, name);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    // Written beside and linked: a start killed in between leaves no empty password.
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    await writeFile(draft, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
    await link(draft, file);
    await rm(draft);
    return (await readFile(file, 'utf8')).trim();
  }
}
