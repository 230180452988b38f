/**
 * Runs the files of the build with what V8 made of them in an earlier run: compiling them is a
 * quarter of what a command costs above a bare Node. Node's own cache of this kind came with 22.1.
 *
 * What is kept is code that will be run. So it lies in the private state directory, its name says
 * exactly what it was made from, as V8 only compares the source's length, its own version and its
 * flags; and it is written twice in one file, as V8 crashes over data that is damaged. Comparing the
 * two halves takes 20 µs, where a checksum of them would take longer than compiling does.
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { privately } from './private-files.ts';
import { cacheDirectory, stateDirectory } from './state-directory.ts';

/** As Node's own; `require` comes back here for the files of the build. */
const HEAD = '(function (exports, require, module, __filename, __dirname) {';
const TAIL = '\n})';
const SUFFIX = '.code';
/** Of one file of the build, for other installations and other versions of Node. */
const KEPT = 3;

type Load = (id: string) => unknown;

/** The exports of `name` (such as `./cli-main.js`), which lies beside this file. */
export function runCached(name: string, nodeRequire: NodeJS.Require): unknown {
  const directory = privateCache();
  return loader(nodeRequire, () => directory)(name);
}

/**
 * `require` for the files of the build, with what is kept in `directory`.
 * @param flags says under which of V8's options: it takes no compiled code of others
 */
export function loader(
  nodeRequire: NodeJS.Require,
  directory: () => string | undefined,
  flags = '',
): Load {
  const loaded = new Map<string, { exports: unknown }>();
  const load: Load = (id) => {
    if (!id.startsWith('./')) return nodeRequire(id);
    const known = loaded.get(id);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(id, module);
    const path = join(__dirname, id);
    const main = compile(path, directory(), flags).runInThisContext();
    main.call(module.exports, module.exports, load, module, path, __dirname);
    return module.exports;
  };
  return load;
}

/** Only where nobody else can put anything; undefined: nothing is kept. */
export function privateCache(): string | undefined {
  try {
    const state = stateDirectory(process.env);
    if (!isPrivate(lstatSync(state))) return undefined;
    const cache = cacheDirectory(state);
    const stat = lstatSync(cache, { throwIfNoEntry: false });
    return !stat || isPrivate(stat) ? cache : undefined;
  } catch {
    return undefined;
  }
}

function isPrivate(stat: Stats): boolean {
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}

function compile(path: string, directory: string | undefined, flags: string): Script {
  const source = HEAD + readFileSync(path, 'utf8') + TAIL;
  const options = { filename: path, columnOffset: -HEAD.length };
  if (!directory) return new Script(source, options);
  const kept = join(directory, keptName(path, flags));
  const cachedData = readTwice(kept);
  const script = new Script(source, cachedData ? { ...options, cachedData } : options);
  // At the end: what has been run by then is compiled too.
  if (!cachedData || script.cachedDataRejected) process.once('exit', () => keep(kept, script));
  return script;
}

/** Changes with the file, however it is replaced: no program can set the time of this change. */
function keptName(path: string, flags: string): string {
  const { size, ino, ctimeMs } = statSync(path);
  return `${basename(path)}-${process.version}-${process.arch}${flags}-${size}-${ino}-${ctimeMs}${SUFFIX}`;
}

/** Undefined where there is none, or it is not as it was written. */
function readTwice(file: string): Buffer | undefined {
  try {
    const both = readFileSync(file);
    const half = both.length / 2;
    return half > 0 && both.compare(both, half, both.length, 0, half) === 0
      ? both.subarray(0, half)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Never fails: on a full disk, for instance, the next run compiles as this one did. */
function keep(file: string, script: Script): void {
  const temporary = `${file}.${process.pid}`;
  try {
    const data = script.createCachedData();
    privately(() => {
      makeDirectory(dirname(file));
      writeFileSync(temporary, Buffer.concat([data, data]), { mode: 0o600, flag: 'wx' });
    });
    renameSync(temporary, file);
    dropOld(dirname(file), file);
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // Nor can it be removed.
    }
  }
}

/** Not what it lies in: a state directory that is gone stays gone. */
function makeDirectory(directory: string): void {
  if (!statSync(directory, { throwIfNoEntry: false })) mkdirSync(directory, { mode: 0o700 });
}

/** All but the {@link KEPT} that were written last. */
function dropOld(directory: string, file: string): void {
  const of = `${basename(file).split('.js-')[0]}.js-`;
  const writtenMs = (name: string) =>
    statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const names = readdirSync(directory).filter((name) => name.startsWith(of));
  const byAge = names.map((name) => ({ name, at: writtenMs(name) })).sort((a, b) => b.at - a.at);
  for (const { name } of byAge.slice(KEPT)) rmSync(join(directory, name), { force: true });
}
