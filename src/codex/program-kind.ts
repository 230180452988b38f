/**
 * Tells Codex itself from a program that starts it: a version manager's shim, a wrapper, pnpm's
 * script. What such a program starts may depend on the directory and the environment.
 */
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readRegular } from '../platform/checked-open.ts';

/** ELF, Mach-O (64 bit, either byte order), Mach-O for several processors. */
const NATIVE_MAGIC = new Set(['7f454c46', 'feedfacf', 'cffaedfe', 'cafebabe']);
/**
 * A native Codex is larger (0.144: 298 MB, 0.171: 315 MB), a shim that is a native program of this
 * name is smaller. The shims of mise, Volta and aqua are links to programs of other names.
 */
const NATIVE_MIN_BYTES = 16 * 1024 * 1024;

/** Decides by the file that `binary` links to. False if that cannot be read. */
export function isCodexItself(binary: string): boolean {
  try {
    const path = realpathSync(binary);
    const name = basename(path);
    if (name === 'codex.js') return npmVersion(binary) !== undefined;
    if (!name.startsWith('codex') || basename(dirname(path)) === 'shims') return false;
    return statSync(path).size >= NATIVE_MIN_BYTES && NATIVE_MAGIC.has(magicOf(path));
  } catch {
    return false;
  }
}

/** The version of the npm package that `binary` belongs to; undefined if that is not Codex's. */
export function npmVersion(binary: string): string | undefined {
  try {
    const manifest = join(dirname(realpathSync(binary)), '..', 'package.json');
    const { name, version } = JSON.parse(readRegular(manifest));
    return name === '@openai/codex' && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function magicOf(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(fd, bytes);
    return bytes.toString('hex');
  } finally {
    closeSync(fd);
  }
}
