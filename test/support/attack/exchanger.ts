/**
 * Another user who keeps exchanging two directories, so that what has just been checked is that
 * user's a moment later. Perl makes the system call, as no common tool of Debian does.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { OTHER_UID } from './other-user.ts';

/** renameat2(2), by architecture. */
const RENAMEAT2: Partial<Record<NodeJS.Architecture, number>> = { x64: 316, arm64: 276 };
const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;

/**
 * Goes on until the process that started it is gone; reports that it works, and how often it has
 * exchanged them.
 */
const LOOP = `
$| = 1;
my ($number, $one, $other) = @ARGV;
my ($parent, $done, $end) = (getppid(), 0, 0);
$SIG{TERM} = sub { $end = 1 };
until ($end or getppid() != $parent) {
  die "$!\n" if syscall($number + 0, ${AT_FDCWD}, $one, ${AT_FDCWD}, $other, ${RENAME_EXCHANGE}) != 0;
  print "begun\n" if $done++ == 0;
}
print "$done\n";
`;

function canRunPerl(): boolean {
  try {
    execFileSync('perl', ['-e', '1'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export const canExchange =
  process.platform === 'linux' && RENAMEAT2[process.arch] !== undefined && canRunPerl();

export class Exchanger {
  readonly #child: ChildProcess;
  #said = '';
  #failed = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (bytes: Buffer) => {
      this.#said += bytes;
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#failed += bytes;
    });
  }

  /**
   * Runs until the test ends, or {@link stop}.
   * @throws if it cannot exchange them at all
   */
  static async begin(one: string, other: string): Promise<Exchanger> {
    const child = spawn('perl', ['-e', LOOP, String(RENAMEAT2[process.arch]), one, other], {
      uid: OTHER_UID,
      gid: OTHER_UID,
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exchanger = new Exchanger(child);
    onTestFinished(() => void child.kill('SIGKILL'));
    await Promise.race([once(child.stdout!, 'data'), once(child, 'close')]);
    if (!exchanger.#said.startsWith('begun'))
      throw new Error(`nothing can be exchanged: ${exchanger.#failed}`);
    return exchanger;
  }

  /** @returns how often they were exchanged */
  async stop(): Promise<number> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
    return Number(this.#said.split('\n')[1]);
  }
}
