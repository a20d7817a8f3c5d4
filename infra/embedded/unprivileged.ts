import { chown, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { userInfo } from 'node:os';

/** Somebody who is not root, for a server that refuses to run as root. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who runs PostgreSQL: undefined for an ordinary user (who runs it himself), for root the owner of the existing
 * `directory`, else the machine's `postgres`, else `nobody`. No user is created.
 */
export async function unprivilegedUser(directory: string): Promise<User | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const owner = await stat(directory).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const entry = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(entry?.[2] ?? 65_534), gid: Number(entry?.[3] ?? 65_534) };
}

/**
 * Arguments of setpriv(1) to become that user. Below a directory that only root may enter, say a clone in /root, the
 * user keeps one capability, to pass by file permissions, as it could reach neither its program nor its data. The
 * securebit makes access(2) honour that capability, which PostgreSQL asks whether its program is there.
 */
export async function become(user: User | undefined, paths: readonly string[]): Promise<string[]> {
  if (user === undefined) return [];
  const identity = ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
  const open = await Promise.all(paths.map(everybodyMayEnter));
  if (open.every(Boolean)) return [...identity, '--bounding-set=-all'];
  const kept = ['--inh-caps', '--ambient-caps', '--bounding-set'].map((set) => `${set}=-all,+dac_override`);
  return [...identity, '--securebits=+no_setuid_fixup', ...kept];
}

export async function give(path: string, user: User | undefined): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

async function everybodyMayEnter(path: string): Promise<boolean> {
  const directory = dirname(path);
  if (((await stat(directory)).mode & 0o001) === 0) return false;
  return directory === '/' ? true : everybodyMayEnter(directory);
}
