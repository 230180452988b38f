/** `doctor`: looks at a real installation, one line a check, and says what to do. */
import { EXIT } from '../errors.ts';
import { colorWanted, print, printJson } from '../output.ts';
import { statePaths } from '../paths.ts';
import { safeText } from '../safe-text.ts';
import { paint, TONES } from '../ui/style.ts';
import type { Finding } from './doctor/finding.ts';
import { checkCodex, checkNode, checkPty } from './doctor/installation.ts';
import { checkSnapshot } from './doctor/snapshot.ts';
import { checkDirectory, checkFiles, checkRecords, checkSupervisor } from './doctor/state.ts';
import { checkLogout } from './doctor/system.ts';
import { checkTerminal } from './doctor/terminal.ts';

export async function run({ json }: { readonly json: boolean }): Promise<number> {
  const findings = await examine();
  if (json) printJson(findings);
  else print(findings.map((finding) => line(finding, colorWanted())).join('\n'));
  return findings.some(({ level }) => level === 'finding') ? EXIT.failure : EXIT.ok;
}

async function examine(): Promise<readonly Finding[]> {
  const paths = statePaths();
  const directory = checkDirectory(paths);
  const [pty, codex, state, terminal] = await Promise.all([
    checkPty(),
    checkCodex(paths, directory.usable),
    directory.usable ? inside(paths) : [],
    checkTerminal(),
  ]);
  return [
    ...checkNode(),
    ...pty,
    ...codex,
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

const MARKS = {
  ok: ['ok     ', TONES.good],
  note: ['note   ', TONES.calm],
  finding: ['FINDING', TONES.bad],
} as const;
const CHECK_COLUMNS = 10;

function line({ level, check, text, hint }: Finding, color: boolean): string {
  const [mark, style] = MARKS[level];
  const first = `${paint(mark, style, color)}  ${check.padEnd(CHECK_COLUMNS)}  ${safeText(text)}`;
  return hint === undefined
    ? first
    : `${first}\n${' '.repeat(CHECK_COLUMNS + 11)}→ ${safeText(hint)}`;
}
