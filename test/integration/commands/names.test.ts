/** What a name means from elsewhere, and what is said where it means nothing. */
import { expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';

const CODEX = { codex: 'echo "here $CODEX_SESSIONS_SESSION"; exec cat' };

/** Starts `project:name` for each. */
async function running(rig: Rig, ...names: string[]): Promise<void> {
  for (const each of names) {
    const [project = '', name = ''] = each.split(':');
    await rig.ok(['start', '-d', name], { cwd: rig.project(project) });
  }
}

function hintOf({ stderr }: { stderr: string }): string {
  return stderr.split('\n')[1]?.trim() ?? '';
}

test('attach from elsewhere: the one session of that name is offered', async () => {
  const rig = createRig(CODEX);
  await running(rig, 'api:parser', 'web:other');
  const script = await rig.run(['attach', 'parser']);
  expect(script.exitCode).toBe(3);
  expect(script.stderr).toBe(
    'codex-sessions: there is no session parser in ultra\n' +
      '  That of another project: codex-sessions attach api:parser. To start one here: codex-sessions start parser\n',
  );
  const yes = rig.open(['attach', 'parser']);
  await yes.waitFor('There is no parser in ultra. Attach api:parser? (Y/n)');
  yes.press('enter');
  await yes.waitFor(/here codex:api:parser:/);
  const no = rig.open(['attach', 'parser']);
  await no.waitFor('(Y/n)');
  no.type('n');
  no.press('enter');
  expect(await no.waitForExit()).toBe(3);
  expect(no.text()).toContain('codex-sessions start parser');
});

test('several of that name, in several projects: the switcher in a terminal, else their names', async () => {
  const rig = createRig(CODEX);
  await running(rig, 'api:parser', 'web:parser', 'web:other');
  const script = await rig.run(['attach', 'parser']);
  expect(script.exitCode).toBe(3);
  expect(hintOf(script)).toMatch(/^In other projects: (api|web):parser, (api|web):parser\. /);
  const terminal = rig.open(['attach', '--read-only', 'parser']);
  await terminal.waitFor(/❯ parser.*2\/3/);
  terminal.type(' web');
  await terminal.waitFor(/❯ parser web/);
  terminal.press('ctrl+u');
  terminal.type('web:parser');
  await terminal.waitFor('web:parser');
  terminal.press('enter');
  await terminal.waitFor(/here codex:web:parser:/);
  expect(await rig.list()).toHaveLength(3);
});

test('attach without a name and without main: the switcher in a terminal, else what runs', async () => {
  const rig = createRig(CODEX);
  await running(rig, 'ultra:review', 'ultra:spike');
  await rig.ok(['kill', 'spike']);
  const script = await rig.run(['attach']);
  expect(script).toMatchObject({ exitCode: 3 });
  expect(hintOf(script)).toBe('Running: review. To start one here: codex-sessions start main');
  const terminal = rig.open(['attach']);
  await terminal.waitFor('enter attach');
  terminal.press('enter');
  await terminal.waitFor(/here codex:ultra:review:/);
  await rig.ok(['kill', 'review']);
  await terminal.waitForExit();
  const nothing = rig.open(['attach']);
  expect(await nothing.waitForExit()).toBe(3);
  expect(nothing.text()).toContain('To start one here: codex-sessions start main');
});

test('a wrong name: only those that start it are told how; the nearest name is asked for', async () => {
  const rig = createRig(CODEX);
  await running(rig, 'ultra:review', 'ultra:old', 'api:parser');
  await rig.ok(['kill', 'old']);
  for (const command of ['kill', 'log', 'peek', 'detach', 'explain', 'forget', 'rename']) {
    const rest = command === 'rename' ? ['other'] : [];
    const unknown = await rig.run([command, 'nosuch', ...rest]);
    expect(unknown.exitCode).toBe(3);
    expect(unknown.stderr).not.toMatch(/start|make/);
    const ended = /log|peek|forget|rename|explain/.test(command);
    expect(hintOf(unknown), command).toBe(
      `Running: review, api:parser.${ended ? ' Ended: old.' : ''}`,
    );
    const near = await rig.run([command, 'reveiw', ...rest]);
    expect(hintOf(near), command).toBe(
      'Did you mean review? "codex-sessions ls" shows what there is.',
    );
    const far = await rig.run([command, 'parser', ...rest]);
    expect(hintOf(far), command).toMatch(
      /^(That of another project: codex-sessions \w+|In another project:) api:parser\.$/,
    );
  }
  expect(hintOf(await rig.run(['start', 'api:tests']))).toMatch(
    /\. To start one in another project: codex-sessions start -C DIR NAME$/,
  );
  expect(hintOf(await rig.run(['attach', 'rev']))).toMatch(/^Did you mean review\? /);
  expect(hintOf(await rig.run(['log', 'praser']))).toMatch(/^Did you mean api:parser\? /);
  expect(hintOf(await rig.run(['log', 'api:praser']))).toMatch(/^Did you mean api:parser\? /);
});

test('over ssh, outside of any project, a name is that of the one session, for every command', async () => {
  const rig = createRig(CODEX);
  await running(rig, 'api:parser', 'web:old');
  await rig.ok(['kill', 'web:old']);
  const cwd = rig.home;
  const ssh = { cwd, env: { SSH_CONNECTION: '10.0.0.1 2 10.0.0.3 22', SSH_TTY: '/dev/pts/9' } };
  // Neither at home without ssh, nor over ssh in a project.
  expect((await rig.run(['peek', 'parser'], { cwd })).exitCode).toBe(3);
  expect((await rig.run(['peek', 'parser'], { env: ssh.env })).exitCode).toBe(3);
  expect((await rig.run(['peek', 'parser'], ssh)).stdout).toContain('here codex:api:parser:');
  for (const args of [
    ['explain', 'parser'],
    ['status', 'parser'],
    ['detach', 'parser'],
    ['rename', 'parser', 'lexer'],
    ['start', '-d', 'lexer'],
  ])
    expect(await rig.run(args, ssh), args.join(' ')).toMatchObject({ exitCode: 0 });
  expect((await rig.list()).map(({ project, name }) => `${project}:${name}`)).toEqual([
    'api:lexer',
  ]);
  const terminal = rig.open(['attach', 'lexer'], ssh);
  await terminal.waitFor(/here codex:api:/);
  const other = rig.open(['start', 'lexer'], ssh);
  await other.waitFor(/here codex:api:/);
  // One that has ended comes back where it was; one that nobody has begins here.
  await rig.ok(['start', '-d', 'old'], ssh);
  await rig.ok(['start', '-d', 'fresh'], ssh);
  expect((await rig.list()).map(({ project, name }) => `${project}:${name}`).sort()).toEqual([
    'api:lexer',
    'home:fresh',
    'web:old',
  ]);
  // What fits two is neither.
  await running(rig, 'web:lexer');
  expect((await rig.run(['kill', 'lexer'], ssh)).exitCode).toBe(4);
  const choosing = rig.open(['attach', 'lexer'], ssh);
  await choosing.waitFor(/❯ lexer +2\/4/);
  // Without a name it is the main of here, as ever.
  await running(rig, 'api:main');
  expect((await rig.run(['peek'], ssh)).exitCode).toBe(3);
  expect((await rig.run(['kill', '-y', 'old'], ssh)).exitCode).toBe(0);
});
