/** The Emacs package: compiles, lints, installs, and does what needs no session. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { emacsBatch, PACKAGE, runErt } from '../../support/emacs/emacs.ts';

const FILES = readdirSync(PACKAGE).filter((name) => name.endsWith('.el'));

/** What Debian's site files and Emacs itself say in batch. */
const CHATTER = /^(?:Loading .*|Entering directory .*|\s*|Warning \(emacs\): )$/;

/** package-lint 0.16, that of Debian 12, is older than Emacs 28. */
const OLD_LINT = 'This makes the package uninstallable in all released Emacs versions.';

function findings(output: string): string[] {
  return output.split('\n').filter((line) => !CHATTER.test(line) && !line.includes(OLD_LINT));
}

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'cs-emacs-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test.each(FILES)('%s is compiled without a warning', async (file) => {
  const copy = temporary();
  cpSync(PACKAGE, copy, { recursive: true });
  const strict = '(setq byte-compile-error-on-warn t)';
  const args = ['--eval', strict, '-f', 'batch-byte-compile', join(copy, file)];
  expect(findings(await emacsBatch(args))).toEqual([]);
});

test('checkdoc finds nothing', async () => {
  const files = FILES.map((file) => `"${join(PACKAGE, file)}"`).join(' ');
  const check = `(progn (require 'checkdoc) (mapc #'checkdoc-file '(${files})))`;
  expect(findings(await emacsBatch(['--eval', check]))).toEqual([]);
});

test('package-lint finds nothing', async () => {
  const main = join(PACKAGE, 'codex-sessions.el');
  const load = `(progn (require 'package-lint) (setq package-lint-main-file "${main}"))`;
  const own = FILES.filter((file) => !file.startsWith('my-')).map((file) => join(PACKAGE, file));
  const args = ['--eval', load, '-f', 'package-lint-batch-and-exit', ...own];
  // It exits with 1 for the one line that is left out, too.
  const said = await emacsBatch(args).catch((error: { all: string }) => error.all);
  expect(findings(said)).toEqual([]);
});

test('package-install-file takes the directory, and the commands are there', async () => {
  const home = temporary();
  const install =
    `(progn (require 'package) (setq package-user-dir "${home}/elpa") (package-initialize)` +
    ` (package-install-file "${PACKAGE}/"))`;
  await emacsBatch(['--eval', install]);
  const commands = 'start switch list kill kill-all next send-prompt mode-line-mode';
  const ask =
    `(progn (setq load-path (delete "${PACKAGE}" load-path) package-user-dir "${home}/elpa")` +
    ' (package-initialize) (dolist (name (split-string command-line-args-left-text))' +
    ' (princ (format "%s %s\\n" name (commandp (intern (concat "codex-sessions-" name)))))))';
  const said = await emacsBatch([
    '--eval',
    ask.replace('command-line-args-left-text', `"${commands}"`),
  ]);
  for (const name of commands.split(' ')) expect(said).toContain(`${name} t\n`.trim());
});

test('what needs no session', async () => {
  expect(await runErt('unit')).toMatch(/, 0 unexpected/);
});
