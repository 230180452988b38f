/** `doctor`: checks the installation, one line per check, and says what to do. */
import { EXIT } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { advised } from '../terminal/advice.ts';
import { colorWanted, printJson, printPainted, terminalWidth } from '../terminal/output.ts';
import { safeText } from '../terminal/safe-text.ts';
import { wrapped } from '../terminal/wrap.ts';
import { paint, TONES } from '../ui/style.ts';
import type { Finding } from './doctor/finding.ts';
import {
  checkCodex,
  checkConfig,
  checkNode,
  checkNotices,
  checkPty,
} from './doctor/installation.ts';
import { checkCodexHome } from './doctor/login.ts';
import { checkSnapshot } from './doctor/snapshot.ts';
import { checkDirectory, checkFiles, checkRecords } from './doctor/state.ts';
import { checkSupervisor } from './doctor/supervisor.ts';
import { checkLogout } from './doctor/system.ts';
import { checkTerminal } from './doctor/terminal.ts';

export async function run({ json }: { readonly json: boolean }): Promise<number> {
  const findings = await examine();
  if (json) printJson(findings);
  else {
    const look = { color: colorWanted(), width: terminalWidth() };
    printPainted(findings.map((finding) => line(finding, look)).join('\n'));
  }
  return findings.some(({ level }) => level === 'finding') ? EXIT.failure : EXIT.ok;
}

async function examine(): Promise<readonly Finding[]> {
  const paths = statePaths();
  const directory = checkDirectory(paths);
  const config = await checkConfig();
  const [pty, codex, state, terminal] = await Promise.all([
    checkPty(),
    'level' in config ? [config] : checkCodex(config, paths, directory.usable),
    directory.usable ? inside(paths) : [],
    checkTerminal(),
  ]);
  return [
    ...checkNode(),
    ...pty,
    ...codex,
    ...checkCodexHome(),
    ...('level' in config ? [] : checkNotices(config)),
    ...directory.found,
    ...state,
    ...checkLogout(paths),
    ...terminal,
  ];
}

async function inside(paths: ReturnType<typeof statePaths>): Promise<Finding[]> {
  const { found, live } = await checkSupervisor(paths);
  return [
    ...found,
    ...checkRecords(paths, live),
    ...checkFiles(paths, live),
    ...checkSnapshot(paths),
  ];
}

interface Look {
  readonly color: boolean;
  /** Columns of the terminal; undefined: lines are not wrapped. */
  readonly width: number | undefined;
}

const MARKS = {
  ok: ['ok     ', TONES.good],
  note: ['note   ', TONES.calm],
  finding: ['FINDING', TONES.bad],
} as const;
const CHECK_COLUMNS = 10;
/** The text's column, after the mark, the check and their gaps. */
const INDENT = 7 + 2 + CHECK_COLUMNS + 2;

/** Text is not wrapped to fewer columns than this. */
const TEXT_MIN_COLUMNS = 20;

function line({ level, check, text, hint }: Finding, { color, width }: Look): string {
  const [mark, style] = MARKS[level];
  const columns = width === undefined ? Infinity : Math.max(TEXT_MIN_COLUMNS, width - INDENT);
  const below = ' '.repeat(INDENT);
  const hanging = (said: string, more: number) =>
    wrapped(safeText(advised(said)), columns - more).replaceAll(
      '\n',
      `\n${below}${' '.repeat(more)}`,
    );
  const first = `${paint(mark, style, color)}  ${check.padEnd(CHECK_COLUMNS)}  ${hanging(text, 0)}`;
  return hint === undefined ? first : `${first}\n${below}→ ${hanging(hint, 2)}`;
}
