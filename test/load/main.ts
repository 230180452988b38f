/** `npm run test:load -- [--sessions N --clients N --seconds N --cycles N]`; 0 leaves one out. */
import { PROGRAM } from '../faults/program.ts';
import { numbersFrom } from '../support/process/arguments.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';
import { Rig } from '../support/rig/rig.ts';
import { Load } from './load.ts';

const wanted = numbersFrom(process.argv.slice(2), {
  sessions: 300,
  clients: 50,
  seconds: 60,
  cycles: 10_000,
});
const rig = new Rig({ codex: PROGRAM, bin: frozenBuild() });
try {
  const load = await Load.begin(rig, PROGRAM);
  const { sessions, clients, seconds, cycles } = wanted;
  if (sessions > 0) console.log('sessions', await load.manySessions(sessions));
  if (clients > 0) console.log('clients', await load.manyClients(clients, 20_000));
  if (seconds > 0) console.log('starts', await load.startsAndKills(seconds, 100));
  if (cycles > 0) console.log('cycles', await load.attachCycles(cycles));
} finally {
  await rig.close();
}
process.exit(0);
