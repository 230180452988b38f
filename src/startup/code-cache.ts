/**
 * Runs the files of the build with the code that V8 compiled in an earlier run: it saves a supervisor
 * 2.4 ms, and more a command that has no startup snapshot. Node has such a cache from 22.1 on.
 *
 * What is kept is code that will be run. So it lies in the private state directory, and its name says
 * exactly what it was made from, as V8 only compares the source's length, its own version and its
 * flags. It is written twice in one file, as V8 crashes on damaged data: comparing the two halves takes
 * 20 µs, a checksum would take longer than compiling.
 */
import {
  closeSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { Script } from 'node:vm';
import { openPrivateDirectory, openPrivateFile } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { cacheDirectory, stateDirectory } from '../store/state-directory.ts';

/** Node's own module wrapper; its `require` is the loader's. */
const HEAD = '(function (exports, require, module, __filename, __dirname) {';
const TAIL = '\n})';
const SUFFIX = '.code';
/** For each file of the build: other installations and versions of Node have theirs. */
const KEPT = 3;

type Load = (id: string) => unknown;
type Compile = (path: string) => Script;

/** The exports of `name` (such as `./cli-main.js`), which lies beside this file. */
export function runCached(name: string, nodeRequire: NodeJS.Require): unknown {
  return loader(nodeRequire, compileCached)(name);
}

/** `require` for the files of the build: the startup snapshot's own finds nothing but Node's modules. */
export function loader(nodeRequire: NodeJS.Require, compile: Compile = compileAnew): Load {
  const loaded = new Map<string, { exports: unknown }>();
  const load: Load = (id) => {
    if (!id.startsWith('./')) return nodeRequire(id);
    const known = loaded.get(id);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(id, module);
    const path = join(__dirname, id);
    const main = compile(path).runInThisContext();
    main.call(module.exports, module.exports, load, module, path, __dirname);
    return module.exports;
  };
  return load;
}

function compileAnew(path: string, cachedData?: Buffer): Script {
  const source = HEAD + readFileSync(path, 'utf8') + TAIL;
  return new Script(source, {
    filename: path,
    columnOffset: -HEAD.length,
    ...(cachedData && { cachedData }),
  });
}

function compileCached(path: string): Script {
  const name = keptName(path);
  const kept = lookUp(name);
  const script = compileAnew(path, kept?.cachedData);
  // At the end: what has been run by then is compiled too.
  if (kept && (!kept.cachedData || script.cachedDataRejected))
    process.once('exit', () => keep(name, script));
  return script;
}

/** What an earlier run has kept, if anything; undefined where nothing can be. */
function lookUp(name: string): { readonly cachedData: Buffer | undefined } | undefined {
  try {
    return { cachedData: inCache((cache) => readTwice(join(cache, name))) };
  } catch {
    return undefined;
  }
}

/**
 * Calls `use` with the path of the cache, where there is one.
 * @throws where there is no state directory, or other users may write to it
 */
function inCache<T>(use: (cache: string) => T, { make = false } = {}): T | undefined {
  const state = openPrivateDirectory(stateDirectory(process.env));
  try {
    const path = cacheDirectory(state.path);
    if (!lstatSync(path, { throwIfNoEntry: false })) {
      if (!make) return undefined;
      privately(() => mkdirSync(path, { mode: 0o700 }));
    }
    const cache = openPrivateDirectory(path);
    try {
      return use(cache.path);
    } finally {
      closeSync(cache.fd);
    }
  } finally {
    closeSync(state.fd);
  }
}

/** Changes with the file, however it is replaced: no program can set a ctime. */
function keptName(path: string): string {
  const { size, ino, ctimeMs } = statSync(path);
  return `${basename(path)}-${process.version}-${process.arch}-${size}-${ino}-${ctimeMs}${SUFFIX}`;
}

/** Undefined where there is none, it is damaged, or it is not ours. */
function readTwice(file: string): Buffer | undefined {
  try {
    const fd = openPrivateFile(file);
    try {
      const both = readFileSync(fd);
      const half = both.length / 2;
      return half > 0 && both.compare(both, half, both.length, 0, half) === 0
        ? both.subarray(0, half)
        : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

/** Never fails: on a full disk, for instance, the next run compiles again. */
function keep(name: string, script: Script): void {
  try {
    inCache((cache) => write(cache, name, script.createCachedData()), { make: true });
  } catch {
    // Nor can it be read the next time.
  }
}

function write(cache: string, name: string, data: Buffer): void {
  const temporary = join(cache, `${name}.${process.pid}`);
  try {
    privately(() =>
      writeFileSync(temporary, Buffer.concat([data, data]), { mode: 0o600, flag: 'wx' }),
    );
    renameSync(temporary, join(cache, name));
    dropOld(cache, name);
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** All but the {@link KEPT} that were written last. */
function dropOld(cache: string, name: string): void {
  const of = `${name.split('.js-')[0]}.js-`;
  const writtenMs = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const paths = readdirSync(cache)
    .filter((other) => other.startsWith(of))
    .map((other) => join(cache, other));
  const byAge = paths.map((path) => ({ path, at: writtenMs(path) })).sort((a, b) => b.at - a.at);
  for (const { path } of byAge.slice(KEPT)) rmSync(path, { force: true });
}
