/**
 * `npm run bench`: the whole table. `npm run bench -- echo list --against tmux,dtach` some of it;
 * `--rounds N` for other than the usual number; `--before DIR,DIR` with other checkouts of us, built,
 * as peers. The page in docs is only written by a whole run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { closeArenas } from './arena.ts';
import { MEASURES } from './measures/index.ts';
import { codexSessions, earlier } from './peers/codex-sessions.ts';
import { PEERS } from './peers/index.ts';
import type { Peer } from './peers/peer.ts';
import { raw } from './peers/raw.ts';
import { type Machine, markdown, page } from './report.ts';
import { repository } from './repository.ts';
import { type Result, runMeasure } from './runner.ts';

// Each adds to every start of Node, or changes what is measured.
for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'TMUX', 'STY']) delete process.env[name];

const log = (text: string) => process.stderr.write(`${text}\n`);

function chosenPeers(against: string | undefined, before: string | undefined): Peer[] {
  const wanted = against?.split(',');
  const unknown = wanted?.filter((name) => !PEERS.some((peer) => peer.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`no peer ${unknown}: ${PEERS.map(({ name }) => name).join(', ')}`);
  const asked = PEERS.filter(
    (peer) => !wanted || wanted.includes(peer.name) || peer === raw || peer === codexSessions,
  );
  const there = asked.filter((peer) => peer.version() !== undefined);
  for (const peer of asked) if (!there.includes(peer)) log(`${peer.name} is not installed`);
  return [...there, ...(before?.split(',') ?? []).map(earlier)];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      against: { type: 'string' },
      before: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  const unknown = positionals.filter((name) => !MEASURES.some((m) => m.name === name));
  if (unknown.length > 0)
    throw new Error(`no measure ${unknown}: ${MEASURES.map(({ name }) => name).join(', ')}`);
  const measures = MEASURES.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  const peers = chosenPeers(values.against, values.before);
  const names = peers.map(({ name }) => name);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const machine: Machine = {
    cpus: `${cpus().length} × ${cpus()[0]?.model}`,
    kernel: `${type()} ${release()}`,
    node: process.version,
    versions: Object.fromEntries(peers.map((peer) => [peer.name, peer.version() ?? ''])),
  };
  const results: Result[] = [];
  const directory = join(repository, '.bench');
  mkdirSync(directory, { recursive: true });
  const whole = positionals.length === 0 && !values.against && !values.before && !values.rounds;
  const base = join(directory, whole ? 'results' : 'results-part');
  let table = '';
  for (const measure of measures) {
    results.push(...(await runMeasure(measure, peers, log, rounds)));
    table = markdown(results, measures, names);
    const json = { date: new Date().toISOString(), machine, results };
    writeFileSync(`${base}.json`, `${JSON.stringify(json, null, 2)}\n`);
    writeFileSync(`${base}.md`, `${table}\n`);
  }
  if (whole) {
    const text = page(table, machine, new Date().toISOString().slice(0, 10), 'npm run bench');
    writeFileSync(join(repository, 'docs', 'benchmark.md'), text);
  }
  process.stdout.write(`${table}\n`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void closeArenas().finally(() => process.exit(1)));

main().then(
  () => process.exit(0),
  (error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
