/** A program in Codex's place that reports what the test tells it to, by OSC 7501 and its title. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRig, type Rig, type RigOptions } from './rig.ts';

/**
 * Takes lines from a FIFO of its own: `exit CODE`, `title TEXT`, `flood BYTES`, the body of a report,
 * or with `raw` what `printf %b` makes of the rest, in one write.
 */
const SCRIPT = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0 # asked for its version only
name=\${CODEX_SESSIONS_SESSION%:*}
fifo=$REPORTER_DIR/\${name##*:}.fifo
rm -f "$fifo"
mkfifo "$fifo" || exit 9
printf 'reporter ready\\n'
exec 4<>"$fifo"
while IFS= read -r line <&4; do
  case $line in
    exit*) exit "\${line#exit }";;
    flood*) head -c "\${line#flood }" /dev/zero | tr '\\0' x;;
    raw*) printf '%b' "\${line#raw }";;
    title*) printf '\\033]0;%s\\007' "\${line#title }";;
    *) printf '\\033]7501;%s\\033\\\\' "$line";;
  esac
done`;

export interface Reporter {
  readonly rig: Rig;
  /** Starts a session in the background and waits until it takes reports. */
  start(name: string, options?: { cwd?: string; env?: Record<string, string> }): Promise<string>;
  /** `state=blocked:kind=permission`, `title TEXT`, `exit 1` …, in one write. */
  report(name: string, ...lines: string[]): Promise<void>;
  /** Waits until the list has the session in this status. */
  status(name: string, status: string | null): Promise<void>;
}

/** For the test that is running; it ends with it. */
export function createReporter(options: RigOptions = {}): Reporter {
  const rig = createRig({ ...options, codex: SCRIPT });
  const fifo = (name: string) => join(rig.root, `${name}.fifo`);
  return {
    rig,
    async start(name, { cwd, env } = {}) {
      const fullName = await rig.ok(['start', '-d', name], {
        ...(cwd === undefined ? {} : { cwd }),
        env: { REPORTER_DIR: rig.root, ...env },
      });
      await this.report(name, 'state=idle');
      await this.status(name, 'idle');
      return fullName.trim();
    },
    async report(name, ...lines) {
      const { stat } = await import('node:fs/promises');
      await rig.waitUntil(
        async () => (await stat(fifo(name)).catch(() => undefined))?.isFIFO(),
        `${name} to take reports`,
      );
      await appendFile(fifo(name), `${lines.join('\n')}\n`);
    },
    async status(name, status) {
      await rig.waitUntil(
        async () => (await rig.list()).some((s) => s.name === name && s.status === status),
        `${name} to be ${status}`,
      );
    },
  };
}

/** A line for the reporter that makes all these reports in one moment, however busy the machine. */
export function atOnce(...bodies: string[]): string {
  return `raw ${bodies.map((body) => `\\0033]7501;${body}\\0007`).join('')}`;
}

/** The text of a report's `msg` or `title`. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
