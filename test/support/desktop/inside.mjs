// @ts-check
/**
 * Runs inside of a real terminal, and runs there what the test wants, one program after the other. It
 * reads nothing of the terminal itself. A line is `{ file, args }`; its answer is the exit code.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

// Keys of the terminal are for the programs.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGQUIT', 'SIGTSTP']))
  process.on(signal, () => {});

// What still runs is hung up with the terminal.
const socket = connect(String(process.argv[2])).once('close', () => process.exit());
for await (const line of createInterface({ input: socket })) {
  const { file, args } = JSON.parse(line);
  const child = spawn(file, args, { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  socket.write(`${code ?? 128}\n`);
}
