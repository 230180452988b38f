/** The fuzzer of the control socket with everything around it: a supervisor, two real sessions. */
import { readdirSync, readFileSync } from 'node:fs';
import type { EchoReport } from '../support/process/echo-probe.ts';
import { withEchoProbe } from '../support/process/probe-echo.ts';
import type { Rig } from '../support/rig/rig.ts';
import {
  type ProtocolFuzzOptions,
  type ProtocolFuzzReport,
  protocolFuzz,
  rssBytes,
} from './protocol.ts';

const MB = 1024 * 1024;
/** A big message twice, parsed, and what V8 has not collected yet. */
const RSS_MAX_BYTES = 700 * MB;

/** Gives back what is typed, or has much above its screen. */
export const PROGRAM = `case "$*" in
*history*) seq 1 4000; exec sleep 1000000 ;;
*) stty raw -echo; printf 'ready\\r\\n'; exec cat ;;
esac`;

export type RunReport = ProtocolFuzzReport & {
  echo: EchoReport;
  rssBeforeBytes: number;
  rssAfterBytes: number;
};

/** @throws Error when the supervisor crashed, stalled for good, grew or lost a session. */
export async function runProtocolFuzz(
  rig: Rig,
  options: Pick<ProtocolFuzzOptions, 'seed' | 'inputs' | 'silentConnections' | 'progress'>,
): Promise<RunReport> {
  await rig.ok(['start', '-d', 'echo']);
  await rig.ok(['start', '-d', 'history', '--', 'history']);
  const sessions = await rig.list();
  const pids = sessions.map(({ name, pid }) => `${name} ${pid}`).sort();
  const [echo, history] = ['echo', 'history'].map((wanted) =>
    sessions.find(({ name }) => name === wanted),
  );
  const supervisorPid = rig.supervisorPid();
  if (!echo || !history || supervisorPid === undefined) throw new Error('nothing has started');
  const victims = Array.from({ length: 8 }, (_, n) => {
    const { project, hash } = echo;
    return { project, hash, name: `victim${n}`, fullName: `codex:${project}:victim${n}:${hash}` };
  });
  const around = readdirSync(rig.root).sort();
  const rssBeforeBytes = rssBytes(supervisorPid);
  const { result, echo: probed } = await withEchoProbe(rig.socket, echo.fullName, () =>
    protocolFuzz({
      ...options,
      socket: rig.socket,
      untouchable: [echo.fullName, history.fullName],
      victims,
      supervisorPid,
    }),
  );
  const after = (await rig.list()).map(({ name, pid }) => `${name} ${pid}`);
  for (const pid of pids) if (!after.includes(pid)) throw new Error(`lost: ${pid}`);
  if (rig.supervisorPid() !== supervisorPid) throw new Error('the supervisor is another one');
  const complaints = readFileSync(`${rig.stateDir}/supervisor.log`, 'utf8').match(
    /^.*(?:uncaught|unhandled|the request .* failed).*$/gm,
  );
  if (complaints) throw new Error(`its log: ${complaints.slice(0, 10).join('\n')}`);
  if (readdirSync(rig.root).sort().join() !== around.join())
    throw new Error(`files outside the state directory: ${readdirSync(rig.root).join()}`);
  if (result.maxRssBytes > RSS_MAX_BYTES)
    throw new Error(`the supervisor took ${Math.round(result.maxRssBytes / MB)} MB`);
  return { ...result, echo: probed, rssBeforeBytes, rssAfterBytes: rssBytes(supervisorPid) };
}
