import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, signalIf, startTimeOf } from '../../../src/platform/process-identity.ts';
import { fork } from '../../../src/supervisor/pty/native.ts';
import {
  adoptPty,
  type Pty,
  type PtyExit,
  type PtySpawn,
  spawnPty,
} from '../../../src/supervisor/pty/pty.ts';
import { noteTyped } from '../../../src/supervisor/pty/typing-activity.ts';
import { waitUntil } from '../../support/process/wait-until.ts';

const MB = 1_000_000;
const PATH = '/usr/local/bin:/usr/bin:/bin';

/** Everything a program has said, and promises for what it is going to. */
class Recorder {
  readonly chunks: Uint8Array[] = [];
  length = 0;
  readonly exit: Promise<PtyExit>;
  #exited: (exit: PtyExit) => void = () => {};
  #waiting: { until: () => boolean; done: () => void }[] = [];
  readonly handlers = {
    onData: (chunk: Uint8Array) => {
      this.chunks.push(chunk);
      this.length += chunk.length;
      this.#look();
    },
    onExit: (exit: PtyExit) => this.#exited(exit),
  };

  constructor() {
    this.exit = new Promise((resolve) => {
      this.#exited = resolve;
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ until: condition, done });
      this.#look();
    });
  }

  says(text: string): Promise<void> {
    return this.until(() => this.text.includes(text));
  }

  #look(): void {
    for (const { until, done } of this.#waiting) if (until()) done();
    this.#waiting = this.#waiting.filter(({ until }) => !until());
  }
}

const started: { pid: number; startTime: string }[] = [];
let dir: string;

beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'pty-')));
});
afterEach(() => {
  for (const { pid, startTime } of started.splice(0)) signalIf(pid, startTime, 'SIGKILL');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function remember(pid: number): void {
  const startTime = startTimeOf(pid);
  if (startTime !== undefined) started.push({ pid, startTime });
}

function start(file: string, args: string[], more: Partial<PtySpawn> = {}): [Pty, Recorder] {
  const recorder = new Recorder();
  const spawn = { file, args, env: { PATH }, cwd: dir, cols: 80, rows: 24, ...more };
  const pty = spawnPty(spawn, recorder.handlers);
  remember(pty.pid);
  return [pty, recorder];
}

function sh(script: string, more: Partial<PtySpawn> = {}): [Pty, Recorder] {
  return start('sh', ['-c', script], more);
}

function node(script: string, more: Partial<PtySpawn> = {}): [Pty, Recorder] {
  return start(process.execPath, ['-e', script], more);
}

function sha(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes in which every displacement, loss or repetition shows. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32BE((i * 2654435761) >>> 0, i);
  return bytes;
}

/** Reads `length` bytes of input and prints their hash. */
const HASH_INPUT = (length: number, before = '') => `stty raw -echo; printf ready; ${before}
  head -c ${length} | sha256sum`;

describe('bytes', () => {
  it('passes all 256 values in both directions', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const [pty, out] = sh('stty raw -echo; printf ready; head -c 256');
    await out.says('ready');
    pty.write(all);
    expect(await out.exit).toEqual({ code: 0, signal: null });
    expect(out.bytes.subarray(5)).toEqual(all);
  });

  it('keeps UTF-8 whole wherever it is split', async () => {
    const text = Buffer.from('aé€😀👩‍👩‍👧z');
    const [pty, out] = sh(`stty raw -echo; printf ready; dd bs=1 count=${text.length} 2>/dev/null`);
    await out.says('ready');
    for (const byte of text) {
      const before = out.length;
      pty.write(Uint8Array.of(byte));
      await out.until(() => out.length > before);
    }
    await out.exit;
    expect(out.bytes.subarray(5).toString('utf8')).toBe(text.toString('utf8'));
  });

  it('never changes a chunk that it has given away', async () => {
    const recorder = new Recorder();
    const copies: Buffer[] = [];
    const file = join(dir, 'kept');
    writeFileSync(file, pattern(2 * MB));
    spawnPty(
      {
        file: 'sh',
        args: ['-c', `stty raw; cat ${file}`],
        env: { PATH },
        cwd: dir,
        cols: 80,
        rows: 24,
      },
      {
        onData: (chunk) => {
          copies.push(Buffer.from(chunk));
          recorder.handlers.onData(chunk);
        },
        onExit: recorder.handlers.onExit,
      },
    );
    await recorder.exit;
    expect(sha(recorder.bytes)).toBe(sha(Buffer.concat(copies)));
    expect(sha(recorder.bytes)).toBe(sha(readFileSync(file)));
    expect(Math.max(...recorder.chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(65536);
  });

  it('is told of before it is read, where it takes more than one read', async () => {
    const recorder = new Recorder();
    let told = false;
    const untold: number[] = [];
    spawnPty(
      {
        file: 'sh',
        args: ['-c', 'stty raw; head -c 500000 /dev/zero'],
        env: { PATH },
        cwd: '/',
        cols: 80,
        rows: 24,
      },
      {
        onReading: () => {
          told = true;
        },
        onData: (chunk) => {
          // The most that one read of a terminal gives.
          if (!told && chunk.length > 4096) untold.push(chunk.length);
          told = false;
          recorder.handlers.onData(chunk);
        },
        onExit: recorder.handlers.onExit,
      },
    );
    await recorder.exit;
    expect(Math.max(...recorder.chunks.map((chunk) => chunk.length))).toBeGreaterThan(4096);
    expect(untold).toEqual([]);
  });
});

describe('while somebody types', () => {
  it('not all terminals with more to come are read in each turn of the loop', async () => {
    const floods = Array.from({ length: 6 }, () => sh('stty raw; exec yes'));
    const reads = () => floods.reduce((sum, [, out]) => sum + out.chunks.length, 0);
    await Promise.all(floods.map(([, out]) => out.until(() => out.chunks.length > 10)));
    let turnsWithReads = 0;
    const begin = reads();
    for (let before = begin; turnsWithReads < 600; ) {
      noteTyped();
      await turn();
      const now = reads();
      if (now > before) turnsWithReads++;
      before = now;
    }
    for (const [pty] of floods) pty.signal('SIGKILL');
    // Of one that brings little, nothing more is expected, so all may be read at times; else it is one.
    expect((reads() - begin) / turnsWithReads).toBeLessThan(2);
    await Promise.all(floods.map(([, out]) => out.exit));
  });
});

describe('the end', () => {
  it('brings every byte of 5 MB written just before it, 200 times', async () => {
    const file = join(dir, 'tail');
    writeFileSync(file, pattern(5 * MB));
    const expected = sha(readFileSync(file));
    for (let run = 0; run < 200; run++) {
      const hash = createHash('sha256');
      let length = 0;
      const exit = await new Promise<PtyExit>((onExit) => {
        const spawn = {
          file: 'sh',
          args: ['-c', `stty raw; cat ${file}; exit 7`],
          env: { PATH },
          cwd: dir,
          cols: 80,
          rows: 24,
        };
        const onData = (chunk: Uint8Array) => {
          length += chunk.length;
          hash.update(chunk);
        };
        spawnPty(spawn, { onData, onExit });
      });
      expect({ run, length, exit }).toEqual({
        run,
        length: 5 * MB,
        exit: { code: 7, signal: null },
      });
      expect(hash.digest('hex')).toBe(expected);
    }
  }, 300_000);

  it('loses nothing when it comes while reading is paused', async () => {
    for (const size of [1, 100, 5000, 60_000]) {
      for (let run = 0; run < 10; run++) {
        const file = join(dir, `paused-${size}`);
        writeFileSync(file, pattern(size));
        const [pty, out] = sh(`stty raw -echo; printf go; head -c 1 >/dev/null; cat ${file}`);
        await out.says('go');
        pty.pause();
        pty.write(Buffer.from('x'));
        // What fits into the kernel lets the program end; what does not keeps it in its write.
        const startTime = startTimeOf(pty.pid) ?? '';
        if (size < 4000) while (isAlive(pty.pid, startTime)) await turn();
        expect(out.text).toBe('go');
        pty.resume();
        expect(await out.exit).toEqual({ code: 0, signal: null });
        expect(sha(out.bytes.subarray(2))).toBe(sha(readFileSync(file)));
      }
    }
  });

  it('survives a reader that pauses at every chunk', async () => {
    const file = join(dir, 'stutter');
    writeFileSync(file, pattern(3 * MB));
    const recorder = new Recorder();
    const spawn = { env: { PATH }, cwd: dir, cols: 80, rows: 24 };
    const pty = spawnPty(
      { ...spawn, file: 'sh', args: ['-c', `stty raw; cat ${file}`] },
      {
        onData: (chunk) => {
          recorder.handlers.onData(chunk);
          pty.pause();
          setImmediate(() => pty.resume());
        },
        onExit: recorder.handlers.onExit,
      },
    );
    await recorder.exit;
    expect(sha(recorder.bytes)).toBe(sha(readFileSync(file)));
  });

  it('reports exit codes', async () => {
    for (const code of [0, 1, 42, 255]) {
      const [, out] = sh(`exit ${code}`);
      expect(await out.exit).toEqual({ code, signal: null });
    }
  });

  it('reports signals, and what was written before them', async () => {
    for (const signal of ['TERM', 'KILL', 'HUP', 'SEGV']) {
      const [, out] = sh(`ulimit -c 0; printf before; kill -${signal} $$`);
      expect(await out.exit).toEqual({ code: null, signal: `SIG${signal}` });
      expect(out.text).toBe('before');
    }
  });

  it('is its own when it lets go of its terminal first, as head(1) and sort(1) do', async () => {
    const [, out] = sh('printf before; exec </dev/null >/dev/null 2>&1; sleep 0.3; exit 7');
    expect(await out.exit).toEqual({ code: 7, signal: null });
    expect(out.text).toBe('before');
  });

  it('is a hang-up when it goes on for long without a terminal', async () => {
    const [, out] = sh('printf before; exec </dev/null >/dev/null 2>&1; sleep 100');
    expect(await out.exit).toEqual({ code: null, signal: 'SIGHUP' });
  });

  it('is its own also when it ignores that; until then the master stays what it is', async () => {
    const [pty, out] = sh(
      'trap ": >told" HUP; exec </dev/null >/dev/null 2>&1; ' +
        'until [ -e told ]; do sleep 0.05; done; until [ -e leave ]; do sleep 0.05; done; exit 6',
    );
    await waitUntil(() => existsSync(join(dir, 'told')), { what: 'the program to be hung up on' });
    if (process.platform === 'linux')
      expect(readlinkSync(`/proc/self/fd/${pty.fd}`)).toMatch(/ptmx$/);
    writeFileSync(join(dir, 'leave'), '');
    expect(await out.exit).toEqual({ code: 6, signal: null });
  });

  it('is not told while reading is paused, also of one that let go of its terminal', async () => {
    const [pty, out] = sh(
      'exec </dev/null >/dev/null 2>&1; : >closed; until [ -e end ]; do sleep 0.01; done; exit 3',
    );
    await waitUntil(() => existsSync(join(dir, 'closed')), {
      what: 'the program to close its terminal',
    });
    // The kernel's end of file is there; a few turns of the loop, and it has been read.
    for (let turns = 0; turns < 50; turns++) await turn();
    pty.pause();
    let told = false;
    void out.exit.then(() => {
      told = true;
    });
    const startTime = startTimeOf(pty.pid) ?? '';
    writeFileSync(join(dir, 'end'), '');
    await waitUntil(() => !isAlive(pty.pid, startTime), { what: 'the program to end' });
    for (let turns = 0; turns < 50; turns++) await turn();
    expect(told).toBe(false);
    pty.resume();
    expect(await out.exit).toEqual({ code: 3, signal: null });
  });

  it('comes although a background program keeps the terminal open', async () => {
    // The hang-up that a leader's end sends must find the trap already set.
    const [, out] = sh(
      '(trap "" HUP; printf child; : >trapped; exec sleep 100) & echo $! >pid; ' +
        'until [ -e trapped ]; do sleep 0.01; done; printf leader; exit 3',
    );
    expect(await out.exit).toEqual({ code: 3, signal: null });
    expect(out.text).toContain('leader');
    expect(out.text).toContain('child');
    remember(Number(readFileSync(join(dir, 'pid'), 'utf8')));
  });

  it('comes although a background program never falls silent', async () => {
    const [, out] = sh(
      '(trap "" HUP; : >flooding; exec yes) & until [ -e flooding ]; do sleep 0.01; done; ' +
        'printf leader; exit 4',
    );
    expect(await out.exit).toEqual({ code: 4, signal: null });
    expect(out.text).toContain('leader');
  });

  it('makes everything else harmless', async () => {
    const [pty, out] = sh('exit 0');
    await out.exit;
    const [other, echo] = sh('stty size; stty raw -echo; printf ready; head -c 1; stty size');
    await echo.says('ready');
    expect(other.fd).toBe(pty.fd);
    pty.resize(10, 10);
    pty.write(Buffer.from('stray'));
    pty.pause();
    pty.resume();
    pty.signal('SIGKILL');
    other.write(Buffer.from('!'));
    expect(await echo.exit).toEqual({ code: 0, signal: null });
    expect(echo.text.replace(/\r/g, '')).toBe('24 80\nready!24 80\n');
    expect(pty.queuedBytes).toBe(0);
  });
});

describe('writing', () => {
  it('gives 1 MB to a slow reader, whole, while another terminal answers', async () => {
    const paste = pattern(MB);
    const [slow, slowOut] = node(`
      process.stdin.setRawMode(true);
      process.stdout.write('ready');
      const hash = require('crypto').createHash('sha256');
      let length = 0, go = false;
      const timer = setInterval(() => {
        if (!go && !require('fs').existsSync('go')) return;
        go = true;
        const chunk = process.stdin.read();
        if (chunk === null) return;
        hash.update(chunk);
        length += chunk.length;
        if (length >= ${MB}) { console.log(hash.digest('hex')); process.exit(); }
      }, 1);
      process.stdin.on('readable', () => {});
    `);
    const [quick, quickOut] = sh('stty raw -echo; printf ready; cat');
    await Promise.all([slowOut.says('ready'), quickOut.says('ready')]);
    let drained = 0;
    slow.onDrain = () => {
      drained++;
    };
    slow.write(paste);
    expect(slow.queuedBytes).toBeGreaterThan(MB / 2);
    for (let i = 0; i < 50; i++) {
      quick.write(Buffer.from(`<${i}>`));
      await quickOut.says(`<${i}>`);
    }
    expect(slow.queuedBytes).toBeGreaterThan(MB / 2);
    writeFileSync(join(dir, 'go'), '');
    await slowOut.exit;
    expect(slowOut.text).toContain(sha(paste));
    expect(slow.queuedBytes).toBe(0);
    expect(drained).toBe(1);
  });

  it('keeps the order of writes and does not mix them', async () => {
    const parts = Array.from({ length: 300 }, (_, i) => Buffer.alloc(1 + ((i * 997) % 5000), i));
    const whole = Buffer.concat(parts);
    const [pty, out] = sh(HASH_INPUT(whole.length));
    await out.says('ready');
    for (const part of parts) pty.write(part);
    await out.exit;
    expect(out.text).toContain(sha(whole));
  });

  it('does not say that all is taken once the rest is a successor’s', async () => {
    const [pty, out] = sh('stty raw -echo; printf ready; sleep 100');
    await out.says('ready');
    let drained = 0;
    pty.onDrain = () => {
      drained++;
    };
    pty.write(pattern(MB));
    expect(pty.takePending().length).toBeGreaterThan(MB / 2);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(drained).toBe(0);
    pty.signal('SIGKILL');
    await out.exit;
  });

  it('drops what a program that ends has not taken', async () => {
    const [pty, out] = sh('stty raw -echo; printf ready; sleep 100');
    await out.says('ready');
    pty.write(pattern(MB));
    expect(pty.queuedBytes).toBeGreaterThan(0);
    pty.signal('SIGKILL');
    expect(await out.exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(pty.queuedBytes).toBe(0);
  });
});

describe('the program', () => {
  const DUMP = `process.stdout.write('\\n' + Buffer.from(JSON.stringify({
    env: process.env, cwd: process.cwd(), argv0: process.argv0, argv: process.argv.slice(1),
    umask: process.umask(),
    status: require('fs').readFileSync('/proc/self/status', 'utf8'),
  })).toString('base64') + '.')`;

  async function dump(more: Partial<PtySpawn> = {}) {
    const args = ['-e', DUMP, '--', '', 'a b', "it's", '*', '$HOME', 'x=y', '-n'];
    const [pty, out] = start(process.execPath, args, more);
    await out.exit;
    const [, base64 = ''] = /([A-Za-z0-9+/=]+)\./.exec(out.text.replace(/[\r\n]/g, '')) ?? [];
    return { pty, ...JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) };
  }

  it('has descriptors 0 to 2 only, however many terminals there are', async () => {
    const all = Array.from({ length: 20 }, () => sh('printf ready; read x; ls -l /proc/self/fd'));
    await Promise.all(all.map(([, out]) => out.says('ready')));
    for (const [pty] of all) pty.write(Buffer.from('\r'));
    for (const [, out] of all) {
      await out.exit;
      const fds = [...out.text.matchAll(/ (\d+) -> (\S+)/g)].map(([, fd, to]) => `${fd} ${to}`);
      // `ls` itself has the directory open.
      const [zero = '', one, two, listing, ...more] = fds;
      expect(zero).toMatch(/^0 \/dev\/pts\/\d+$/);
      expect([one, two]).toEqual([zero.replace('0', '1'), zero.replace('0', '2')]);
      expect(listing).toMatch(/^3 \/proc\/\d+\/fd$/);
      expect(more).toEqual([]);
    }
  });

  it('gets exactly the environment it is given', async () => {
    const env = {
      PATH,
      _: '/somewhere/codex-sessions',
      'BASH_FUNC_x%%': '() {  echo hi\n}',
      'npm_config_//registry/:_auth': 'secret',
      NEWLINES: 'a\nb\n',
      EMPTY: '',
      QUOTES: `'"$HOME\`id\`\\`,
      OLDPWD: '/nonexistent',
      PWD: '/tmp/../tmp',
      SHLVL: '3',
      LC_ALL: 'xx_YY.UTF-8',
      LANG: 'de_DE.UTF-8',
      BASH_ENV: join(dir, 'never'),
      ENV: join(dir, 'never'),
      SHELLOPTS: 'xtrace:noglob',
      BASHOPTS: 'nullglob:failglob',
      IFS: '/',
      PS1: 'mine>',
      PS4: '$(echo surprise)',
      f: 'loop',
      n: 'loop',
      UID: '77',
      RANDOM: 'x',
      POSIXLY_CORRECT: '1',
      LINES: '5',
      COLUMNS: '7',
      TERM: 'xterm-kitty',
    };
    writeFileSync(join(dir, 'never'), 'echo surprise');
    expect((await dump({ env })).env).toEqual(env);
    expect((await dump({ env: { PATH } })).env).toEqual({ PATH });
    expect((await dump({ env: {} })).env).toEqual({});
  });

  it('says nothing that it has not said', async () => {
    const [, out] = sh('printf done', { env: { PATH, LC_ALL: 'xx_YY.UTF-8', SHLVL: '9999' } });
    await out.exit;
    expect(out.text).toBe('done');
  });

  it('gets its arguments, directory, umask and process as asked', async () => {
    const own = process.umask();
    const { pty, cwd, argv, argv0, umask, status } = await dump({ umask: 0o027 });
    expect(argv).toEqual(['', 'a b', "it's", '*', '$HOME', 'x=y', '-n']);
    expect(argv0).toBe(process.execPath);
    expect(cwd).toBe(dir);
    expect(umask).toBe(0o027);
    expect(process.umask()).toBe(own);
    expect(status).toContain(`\nPid:\t${pty.pid}\n`);
    expect(status).toMatch(/^SigBlk:\t0+$/m);
  });

  it('starts with no signal ignored', async () => {
    process.on('SIGUSR2', () => {});
    const [, out] = start('cat', ['/proc/self/status']);
    await out.exit;
    process.removeAllListeners('SIGUSR2');
    expect(out.text).toMatch(/^SigIgn:\t0+\r$/m);
    expect(out.text).toMatch(/^SigBlk:\t0+\r$/m);
  });

  it('may lie at a path with an equals sign', async () => {
    const file = join(dir, 'a=b');
    writeFileSync(file, '#!/bin/sh\necho "$0 $1"\n', { mode: 0o755 });
    const [, out] = start(file, ['one']);
    await out.exit;
    expect(out.text).toBe(`${file} one\r\n`);
  });

  it('is refused in words when it cannot be started', () => {
    const plain = join(dir, 'plain');
    writeFileSync(plain, '', { mode: 0o644 });
    expect(() => start('no-such-program', [])).toThrow('no-such-program is not on the PATH');
    expect(() => start(plain, [])).toThrow(`cannot execute ${plain}`);
    expect(() => sh('', { cwd: join(dir, 'gone') })).toThrow('no such directory');
  });
});

describe('the terminal', () => {
  it('has the size it is given, and tells the program of a new one', async () => {
    const [pty, out] = sh('trap "stty size" WINCH; stty size; while :; do sleep 0.01; done', {
      cols: 101,
      rows: 33,
    });
    await out.says('33 101');
    pty.resize(99, 22);
    await out.says('22 99');
    pty.signal('SIGKILL');
    await out.exit;
  });

  it('signals the job in front and the program itself', async () => {
    const [pty, out] = start('bash', ['--norc', '-i'], { env: { PATH, PS1: 'prompt>' } });
    await out.says('prompt>');
    expect(pty.foregroundPgid()).toBe(pty.pid);
    pty.write(Buffer.from(`sh -c 'trap "echo c""aught" TERM; echo fr""ont; read x; read x'\r`));
    await out.says('front');
    expect(pty.foregroundPgid()).not.toBe(pty.pid);
    pty.signal('SIGTERM');
    await out.says('caught');
    pty.signal('SIGKILL');
    expect(await out.exit).toEqual({ code: null, signal: 'SIGKILL' });
    expect(pty.foregroundPgid()).toBeUndefined();
  });

  it('lives on under who inherits it', async () => {
    const request = {
      file: 'sh',
      args: ['-c', 'stty raw -echo; printf ready; head -c 5; stty size; exit 9'],
      env: [`PATH=${PATH}`],
      cwd: dir,
      cols: 80,
      rows: 24,
    };
    const { fd, pid } = fork(request, () => {});
    const out = new Recorder();
    const pty = adoptPty({ fd, pid, startTime: startTimeOf(pid) ?? '' }, out.handlers);
    remember(pid);
    await out.says('ready');
    pty.resize(70, 20);
    pty.write(Buffer.from('hello'));
    expect(await out.exit).toEqual({ code: null, signal: null });
    expect(out.text.trimEnd()).toBe('readyhello20 70');
  });

  it('is not read by who inherits it and pauses at once', async () => {
    const written = join(dir, 'written');
    const request = {
      file: 'sh',
      args: ['-c', `printf waiting; echo > ${written}; read x; exit 9`],
      env: [`PATH=${PATH}`],
      cwd: dir,
      cols: 80,
      rows: 24,
    };
    const { fd, pid } = fork(request, () => {});
    remember(pid);
    const out = new Recorder();
    const pty = adoptPty({ fd, pid, startTime: startTimeOf(pid) ?? '' }, out.handlers);
    pty.pause();
    while (!existsSync(written)) await turn();
    for (let turns = 0; turns < 100; turns++) await turn();
    expect(out.text).toBe('');
    pty.resume();
    // Within one turn: what it was doing last counts.
    pty.pause();
    for (let turns = 0; turns < 100; turns++) await turn();
    expect(out.text).toBe('');
    pty.resume();
    await out.says('waiting');
    pty.write(Buffer.from('\r'));
    await out.exit;
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
