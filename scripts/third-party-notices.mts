/**
 * Writes the licenses of the packages that are bundled into `dist`, as they are not installed along
 * with us. esbuild's metafile names them. No tool fits: those for `dependencies` do not see what is
 * bundled, and those for other bundlers need a build of their own.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

const FILE = 'THIRD-PARTY-NOTICES';
const LICENSE_FILE = /^(?:licen[cs]e|copying|notice)/i;
const SCRIPTS = ['.js', '.mjs', '.cjs', '.ts'];
/** A package's directory, which may lie inside another package's. */
const PACKAGE = /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//;
const RULE = '='.repeat(80);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** @throws Error for a package without a license or a copyright holder */
export const thirdPartyNotices: Plugin = {
  name: 'third-party-notices',
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => {
      // A build that has failed has none.
      if (metafile) write([HEAD, ...packagesIn(metafile).map(notice)].join(`\n${RULE}\n\n`));
    });
  },
};

const HEAD = `codex-sessions contains code of the following packages, under the licenses that are given here.\n`;

/** Atomically, for an `npm pack` at the same time. */
function write(text: string): void {
  const temporary = `${FILE}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, FILE);
}

function packagesIn({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const found = inputs.map((path) => PACKAGE.exec(path)?.[1]).filter((path) => path !== undefined);
  const byName = new Map(found.map((path) => [titleOf(manifestOf(path)), path]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

function manifestOf(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
}

function titleOf({ name, version }: Manifest): string {
  return `${name} ${version}`;
}

function notice(path: string): string {
  const manifest = manifestOf(path);
  if (!manifest.license) throw new Error(`${titleOf(manifest)} does not say its license`);
  const files = readdirSync(path)
    .filter((name) => LICENSE_FILE.test(name))
    .sort();
  const texts = files.map((name) => read(join(path, name)));
  if (texts.length === 0) texts.push(licenseOf(manifest, path));
  return `${titleOf(manifest)}\nLicense: ${manifest.license}\n\n${texts.join('\n\n')}\n`;
}

function read(path: string): string {
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim();
}

/** For a package without a license file: its copyright holders and the license's text. */
function licenseOf(manifest: Manifest, path: string): string {
  const holders = copyrightsIn(path);
  const { author } = manifest;
  const name = typeof author === 'string' ? author : author?.name;
  if (holders.length === 0 && name) holders.push(`Copyright (c) ${name}`);
  // Our own license has the same text.
  const words =
    manifest.license === 'MIT' && /\n(Permission is [\s\S]*)/.exec(read('LICENSE'))?.[1];
  if (holders.length === 0 || !words)
    throw new Error(`${titleOf(manifest)} has no license text: see whose it is, and add it here`);
  return `${holders.join('\n')}\n\n${words}`;
}

/** From the comments of its files, each once. */
function copyrightsIn(path: string): string[] {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
  const lines = files
    .filter((name) => SCRIPTS.includes(extname(name)))
    .flatMap((name) => read(join(path, name)).match(/^[ *]*Copyright \(c\) .*$/gim) ?? []);
  return [...new Set(lines.map((line) => line.replace(/^[ *]*/, '').trim()))];
}
