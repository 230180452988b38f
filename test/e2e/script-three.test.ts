/**
 * A script as a user would write it, in sh: three sessions, a prompt for each, one of them needs an
 * approval, and the answers are collected from Codex's own record. `npm run test:scripts -- --times
 * 50` runs it as often as that.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { COMMAND } from '../support/rig/command.ts';

const TIMES = Number(process.env.SCRIPT_TIMES ?? 3);
/** One time takes some 5 s on a machine that does nothing else. */
const TIME_LIMIT_MS = 120_000;

const SCRIPT = `
set -eu
cs() { "$BIN" "$@"; }
answer() { cs log "$1" --json | "$NODE" -e '
  const items = JSON.parse(require("fs").readFileSync(0, "utf8"));
  console.log(items.filter((item) => item.type === "answer").at(-1).text)'; }

alpha=alpha$TIME beta=beta$TIME gamma=gamma$TIME
cs start -d $alpha > /dev/null
cs start -d $gamma > /dev/null
cs send $alpha "the task of alpha"
cs send $gamma --wait "the task of gamma" > gamma.txt &
job=$!
code=0
cs run $beta "the task of beta: leave a mark" > beta.txt 2> beta.err || code=$?
test "$code" = 6
cs send $beta --key y
cs wait $alpha $beta > wait.txt
wait "$job"
for name in $alpha $beta $gamma; do answer "$name"; done
cs kill -y $alpha $beta $gamma 2> /dev/null
`;

test(`three sessions and an approval, ${TIMES} times in a row`, {
  timeout: TIMES * TIME_LIMIT_MS,
}, async () => {
  const { rig, model } = await createCodexRig();
  const script = rig.file('script.sh', SCRIPT);
  for (let time = 1; time <= TIMES; time++) {
    const mark = join(rig.root, `mark-${time}`);
    model.on(/leave a mark/, { type: 'tool', cmd: `touch ${mark}`, justification: 'a mark' });
    const { stdout, stderr, exitCode } = await execa('sh', [script], {
      cwd: rig.projectDir,
      env: { ...rig.env, NODE: process.execPath, BIN: COMMAND, TIME: String(time) },
      extendEnv: false,
      reject: false,
      timeout: TIME_LIMIT_MS,
      stdin: 'ignore',
    });
    expect({ time, stderr, exitCode }).toEqual({ time, stderr: '', exitCode: 0 });
    const answers = stdout.split('\n');
    expect(answers[0]).toBe('You said: the task of alpha');
    expect(answers[1]).toMatch(/^The tool said: /);
    expect(answers.at(-1)).toBe('You said: the task of gamma');
    expect(existsSync(mark)).toBe(true);
  }
});
