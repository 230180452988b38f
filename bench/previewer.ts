/**
 * Shows sessions as `watch` does, without a terminal: for each line of its input the session of that name, or
 * none. Answers with a line, once there is a picture.
 */
import { createInterface } from 'node:readline';
import { listOnce, PreviewFeed } from '../src/client/index.ts';
import { statePaths } from '../src/store/paths.ts';

const SIZE = { cols: 66, rows: 39 };
const paths = statePaths();
const feed = new PreviewFeed(paths);
let waiting = false;

function answer(text: string): void {
  waiting = false;
  process.stdout.write(`${text}\n`);
}

feed.onChange = () => {
  if (waiting && feed.capture) answer('shown');
};

createInterface({ input: process.stdin }).on('line', async (wanted) => {
  waiting = wanted !== '';
  const sessions = waiting ? await listOnce(paths) : [];
  feed.show(sessions.find(({ name }) => name === wanted)?.fullName, SIZE);
  if (!waiting) answer('none');
});
