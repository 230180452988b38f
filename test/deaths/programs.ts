/** What runs in the sessions beside the Codexes, and notes in files what a terminal cannot tell. */
import { join } from 'node:path';
import type { Rig } from '../support/rig/rig.ts';
import type { FloodFiles } from './actors/flood-watcher.ts';

const ASKED_ONLY = `[ -n "$CODEX_SESSIONS_SESSION" ] || exit 0 # for its version`;

export interface Programs {
  readonly count: { readonly program: string; readonly file: string };
  readonly flood: FloodFiles & { readonly program: string };
  readonly report: { readonly program: string; readonly fifo: string };
}

/** @param files a directory for what they note */
export function programsIn(rig: Rig, files: string): Programs {
  return {
    count: countingProgram(rig, files),
    flood: floodingProgram(rig, files),
    report: reportingProgram(rig, files),
  };
}

/** Writes every byte that it reads to a file, and gives it back. */
function countingProgram(rig: Rig, files: string): Programs['count'] {
  const file = join(files, 'counted');
  const body = `${ASKED_ONLY}\nstty raw -echo; printf 'ready\\r\\n'; exec tee -a '${file}'`;
  return { program: rig.program('count', body), file };
}

const FLOOD_TICK_MS = 20;
const FLOOD_LINES = 400;

/** Writes numbered lines for ever: how far it is to one file, what goes wrong to another. */
function floodingProgram(rig: Rig, files: string): Programs['flood'] {
  const [reached, errors] = [join(files, 'flooded'), join(files, 'flood-errors')];
  const script = rig.file(
    'bin/flood.cjs',
    `const fs = require('node:fs');
let n = 0;
const wrong = (what) => fs.appendFileSync(${JSON.stringify(errors)}, what + '\\n');
process.on('SIGHUP', () => { wrong('hang-up'); process.exit(1); });
setInterval(() => {
  let text = '';
  for (let i = 0; i < ${FLOOD_LINES}; i++) text += 'n' + ++n + '\\n';
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at);
  } catch (error) { wrong(error.message); }
  fs.writeFileSync(${JSON.stringify(reached)}, String(n));
}, ${FLOOD_TICK_MS});
`,
  );
  const program = rig.program('flood', `${ASKED_ONLY}\nexec node '${script}'`);
  return { program, reached, errors };
}

/** Reports what it is told to by lines of a FIFO: as Codex does, by OSC 7501. */
function reportingProgram(rig: Rig, files: string): Programs['report'] {
  const fifo = join(files, 'reports');
  const body = `${ASKED_ONLY}
mkfifo '${fifo}' || exit 9
exec 4<>'${fifo}'
printf 'reporter ready\\n'
while IFS= read -r line <&4; do printf '\\033]7501;%s\\033\\\\' "$line"; done`;
  return { program: rig.program('report', body), fifo };
}

/** Starts, draws a word and reads. */
export function quietProgram(rig: Rig): string {
  return rig.program('quiet', `${ASKED_ONLY}\nstty -echo; echo here; exec cat`);
}
