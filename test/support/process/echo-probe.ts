/**
 * Measures from a process of its own how long a keystroke takes through the supervisor while
 * another process abuses it: `node … SOCKET FULL-NAME`. Ends with its standard input, and then
 * prints the result as one line of JSON.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RawConnection, RawControl } from './raw-client.ts';

export interface EchoReport {
  echoes: number;
  medianMs: number;
  worstMs: number;
  /** As `worstMs`, without the time in which supervisor or program waited for a processor. */
  worstOwnMs: number;
}

/** As a fast typist; between keys the supervisor may do anything. */
const BETWEEN_MS = 5;

const [, , path = '', fullName = ''] = process.argv;
const control = await RawControl.open(path);
const token = randomBytes(16).toString('hex');
const data = await RawConnection.connect(path);
data.say({ type: 'data', token });
await control.ask(
  { type: 'attach', fullName, terminal: { token, cols: 80, rows: 24 } },
  'attached',
);
const { pid: supervisor } = (await control.waitFor({ type: 'welcome' })) as unknown as {
  pid: number;
};

/** Milliseconds that this and the supervisor's main thread waited for a processor. */
function waitedMs(): number {
  const of = (pid: number) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
    } catch {
      return 0;
    }
  };
  return of(supervisor) + of(process.pid);
}

let ended = false;
process.stdin.once('end', () => {
  ended = true;
});
process.stdin.resume();
const times: number[] = [];
let worstOwnMs = 0;
for (let key = 0; !ended; key++) {
  const mark = `<${key}>`;
  const waitedBefore = waitedMs();
  const begun = performance.now();
  const seen = new Promise<void>((resolve, reject) => {
    let text = '';
    const limit = setTimeout(() => reject(new Error(`no echo of ${mark} in 30 s`)), 30_000);
    const onData = (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (!text.includes(mark)) return;
      clearTimeout(limit);
      data.socket.off('data', onData);
      resolve();
    };
    data.socket.on('data', onData);
  });
  data.send(mark);
  await seen;
  const ms = performance.now() - begun;
  times.push(ms);
  worstOwnMs = Math.max(worstOwnMs, ms - (waitedMs() - waitedBefore));
  if (key % 500 === 499) data.forget();
  await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
}
times.sort((a, b) => a - b);
const report: EchoReport = {
  echoes: times.length,
  medianMs: times[times.length >> 1] ?? 0,
  worstMs: times.at(-1) ?? 0,
  worstOwnMs,
};
console.log(JSON.stringify(report));
control.close();
data.close();
process.exit(0);
