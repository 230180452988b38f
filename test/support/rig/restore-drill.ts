/**
 * Many sessions in several projects, a death, and `restore`: every conversation has to be back
 * under its own name with its finished turns, none exchanged and none twice.
 */
import {
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { killProcess } from '../process/processes.ts';
import { type CodexRig, createCodexRig } from './codex-rig.ts';
import { type Session, sessions } from './conversations.ts';
import { GUARD, loseSupervisor } from './successor.ts';

export interface DrillSize {
  readonly projects: number;
  readonly sessions: number;
  /** This many have a turn in progress. */
  readonly busy: number;
}

/** `supervisor`: it and its guard alone. `everything`: every Codex with it. `reboot`: the machine. */
export type Death = 'supervisor' | 'everything' | 'reboot';

interface Planned {
  readonly cwd: string;
  readonly name: string;
  readonly busy: boolean;
  /** What is said in it and nowhere else. */
  readonly mark: string;
}

/** As many at a time as the machine has cores, twice. */
const AT_ONCE = 4;

export async function restoreDrill(death: Death, size: DrillSize): Promise<void> {
  const codex = await createCodexRig();
  codex.rig.forgiveLeftovers();
  const planned = plan(codex, size);
  await each(planned, (one) => twoTurns(codex, one));
  const before = await sessions(codex);
  expect(before).toHaveLength(size.sessions);
  const gate = codex.model.hold(/^still running/);
  await each(
    planned.filter(({ busy }) => busy),
    (one) => thirdTurn(codex, one),
  );

  await die(codex, death);
  const list = await codex.rig.run(['ls']);
  expect(list.stderr).toContain(`${size.sessions} sessions were running;`);
  const restored = await codex.rig.run(['restore'], { timeout: 180_000 });
  gate.release();
  expect(restored.stderr).toBe('');
  expect(restored.exitCode).toBe(0);
  const lines = before.map(({ project, name }) => `${project}:${name}  resumed`);
  expect(restored.stdout.trim().split('\n').sort()).toEqual(lines.sort());
  expect(identities(await sessions(codex))).toEqual(identities(before));
  await each(planned, (one) => nothingMissing(codex, one, before));
}

function plan({ project }: CodexRig, size: DrillSize): Planned[] {
  const roots = Array.from({ length: size.projects }, (_, index) => project(`proj${index}`));
  return Array.from({ length: size.sessions }, (_, index) => ({
    cwd: roots[index % roots.length] ?? '',
    name: `s${Math.floor(index / roots.length)}`,
    busy: index < size.busy,
    mark: `mark-${index}-${Math.random().toString(36).slice(2, 8)}`,
  }));
}

async function each(list: readonly Planned[], work: (one: Planned) => Promise<void>) {
  const queue = [...list];
  const take = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
}

async function twoTurns({ rig, model }: CodexRig, { cwd, name, mark }: Planned): Promise<void> {
  await rig.ok(['start', '-d', name, '--', `first ${mark}`], { cwd });
  await model.request(new RegExp(`first ${mark}`));
  // What is sent during a turn becomes a part of it.
  await rig.ok(['wait', name], { cwd });
  await rig.ok(['send', name, '--wait', `second ${mark}`], { cwd });
}

async function thirdTurn({ rig, model }: CodexRig, { cwd, name, mark }: Planned): Promise<void> {
  await rig.ok(['send', name, `still running ${mark}`], { cwd });
  await model.request(new RegExp(`still running ${mark}`));
}

async function die(codex: CodexRig, death: Death): Promise<void> {
  const { rig } = codex;
  const supervisor = rig.supervisorPid();
  const codexes = rig
    .processes()
    .filter(({ pid, command }) => pid !== supervisor && !GUARD.test(command));
  if (death === 'reboot') {
    // As an init does it: some have received the first signal by the time of the second.
    const half = codexes.filter((_, index) => index % 2 === 0);
    for (const { pid } of half) signal(pid, 'SIGTERM');
  }
  await loseSupervisor(rig);
  if (death !== 'supervisor') for (const process of codexes) killProcess(process);
  if (death === 'reboot') {
    await rig.waitUntil(() => rig.processes().length === 0, 'everything to be gone');
    asAfterReboot(rig.stateDir);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended.
  }
}

/** No sockets, another boot id, and pids that may belong to any process by now. */
function asAfterReboot(stateDir: string): void {
  rmSync(join(stateDir, 'supervisor.sock'), { force: true });
  const boot = '00000000-0000-4000-8000-000000000000';
  for (const name of readdirSync(stateDir).filter((file) => file.startsWith('supervisor.lock'))) {
    const path = join(stateDir, name);
    const target = readlinkSync(path).replace(/^[^:]*:\d+/, `${boot}:${process.pid}`);
    rmSync(path);
    symlinkSync(target, path);
  }
  for (const name of readdirSync(join(stateDir, 'sessions'))) {
    const path = join(stateDir, 'sessions', name);
    const record = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...record, bootId: boot, pid: process.pid }));
  }
}

function identities(list: readonly Session[]) {
  return list
    .map(({ fullName, conversation, cwd, state }) => ({ fullName, conversation, cwd, state }))
    .sort((a, b) => (a.fullName < b.fullName ? -1 : 1));
}

/** Asks in each what it remembers: the model is shown all of its conversation, and nothing else. */
async function nothingMissing(
  { rig, model }: CodexRig,
  { cwd, name, mark }: Planned,
  before: readonly Session[],
): Promise<void> {
  await rig.ok(['send', name, `and now ${mark}`], { cwd });
  const asked = await model.request(new RegExp(`and now ${mark}`));
  expect(asked.threadId).toBe(
    before.find((one) => one.cwd === cwd && one.name === name)?.conversation,
  );
  expect(asked.prompts.slice(0, 2)).toEqual([`first ${mark}`, `second ${mark}`]);
  expect(asked.prompts.filter((prompt) => !prompt.includes(mark))).toEqual([]);
  const text = JSON.stringify(asked.body.input);
  for (const turn of ['first', 'second']) expect(text).toContain(`You said: ${turn} ${mark}`);
}
