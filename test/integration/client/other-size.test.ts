import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** Draws its size and every corner whenever that changes; echoes what is typed in the second row. */
const CORNERS = `
const { stdin, stdout } = process;
const draw = () => {
  const { columns, rows } = stdout;
  stdout.write(\`\\x1b[2J\\x1b[1;1H\${columns}x\${rows} top\\x1b[\${rows};1Hbottom\\x1b[\${rows};\${columns}H#\\x1b[2;1H\`);
};
stdin.setRawMode(true);
stdin.on('data', (bytes) => stdout.write(bytes));
stdout.on('resize', draw);
stdout.write('\\x1b[?1049h\\x1b[?2004h\\x1b[>7u');
draw();
`;

const clean = (terminal: Terminal) =>
  expect(terminal.modes()).toMatchObject({
    alternateScreen: false,
    kittyFlags: 0,
    bracketedPaste: false,
    cursorHidden: false,
  });

/** Until the terminal has the program's own stream: its screen and its modes, in whatever order. */
const itself = (terminal: Terminal) =>
  terminal.waitFor(
    (text, { emulator }) => {
      const { kittyFlags, bracketedPaste } = emulator.modes();
      return (
        /90x24 top[\s\S]*bottom {83}#$/.test(text) && kittyFlags === 7 && bracketedPaste === true
      );
    },
    { what: 'the screen of 90x24 and its modes' },
  );

test('who types has the size; the others see it scaled, and the stream again when sizes agree', async () => {
  const rig = createRig({
    codex: 'exec "$NODE" "$HOME/../corners.cjs"',
    env: { NODE: process.execPath },
  });
  rig.file('corners.cjs', CORNERS);
  const large = rig.open(['start'], { cols: 90, rows: 24 });
  await large.waitFor(/90x24 top[\s\S]*bottom {83}#$/);
  const small = rig.open(['attach', 'main'], { cols: 60, rows: 12 });
  await small.waitFor(/60x12 top[\s\S]*bottom {53}#$/);
  // The larger one is shown the smaller one's screen, in its corner.
  await large.waitFor((_, { emulator }) => {
    const lines = emulator.screen();
    return lines[0] === '60x12 top' && lines[11] === `bottom${' '.repeat(53)}#` && lines[12] === '';
  });
  small.send('hello');
  await large.waitFor((_, { emulator }) => emulator.screen()[1] === 'hello');
  expect(large.modes()).toMatchObject({ kittyFlags: 0, bracketedPaste: false });

  large.send('x');
  await itself(large);
  await small.waitFor(/^90x24 top/);

  small.resize(90, 24);
  await itself(small);

  small.resize(50, 10);
  await rig.ok(['detach', 'main']);
  for (const terminal of [large, small]) {
    expect(await terminal.waitForExit()).toBe(0);
    clean(terminal);
  }
});

test('a smaller terminal sees the end of a screen without a cursor: what Codex asks is there', async () => {
  const drawn = "printf '\\033[?1049h\\033[?25l\\033[23;1HMay I?\\033[2;1Hfirst\\033[1;1H'";
  const rig = createRig({
    codex: `stty raw -echo; ${drawn}; while read -r line; do ${drawn}; done`,
  });
  const large = rig.open(['start'], { cols: 90, rows: 24 });
  await large.waitFor('May I?');
  const small = rig.open(['attach', 'main'], { cols: 60, rows: 12 });
  await small.waitFor('first');
  large.send('\n');
  await small.waitFor((text) => text.trimEnd().endsWith('May I?') && !text.includes('first'));
});

test('a terminal that is shown a scaled view keeps the lines of its user', async () => {
  const rig = createRig();
  const shell = rig.openProgram('/bin/sh', ['-i'], { cols: 70, rows: 20, env: { PS1: '$ ' } });
  await shell.waitFor('$ ');
  shell.send('echo my own line\r');
  await shell.waitFor(/^my own line/m);
  const leader = rig.open(['start'], { cols: 100, rows: 30 });
  await leader.waitFor('stand-in ready');
  shell.send(`${COMMAND} attach main; echo back\r`);
  await shell.waitFor('stand-in ready');
  leader.send('echo from the leader\r');
  await shell.waitFor(/^from the leader/m);
  shell.press('ctrl+\\');
  await shell.waitFor(/^back/m);
  expect(shell.history()).toMatch(/^my own line$/m);
  expect(shell.text()).toMatch(/^\[detached from ultra:main\]$/m);
  expect(shell.text()).not.toContain('from the leader');
  clean(shell);
});

test('a stream that goes on and on is shown while it does', async () => {
  const rig = createRig({
    codex: 'echo ready; read -r x; exec "$NODE" "$HOME/../stream.cjs"',
    env: { NODE: process.execPath },
  });
  // 8 KB in 16 ms, for as long as it lives.
  rig.file(
    'stream.cjs',
    `let n = 0;
    setInterval(() => {
      let lines = '';
      while (lines.length < 8192) lines += \`line \${++n}\\r\\n\`;
      process.stdout.write(lines);
    }, 16);`,
  );
  const small = rig.open(['start'], { cols: 60, rows: 12 });
  await small.waitFor('ready');
  const large = rig.open(['attach', 'main'], { cols: 90, rows: 24 });
  await large.waitFor('ready');
  large.send('go\r');
  const shown = () => Number(/^line (\d+)$/m.exec(small.text())?.[1] ?? 0);
  for (let before = 0, frames = 0; frames < 10; frames++) {
    await small.waitFor(() => shown() > before, { what: `a frame after line ${before}` });
    before = shown();
  }
});
