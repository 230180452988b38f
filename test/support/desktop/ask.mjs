// @ts-check
/** Asks the terminal that it runs in: QUESTIONS FILE. All answers are in the file in the end. */
import { writeFileSync } from 'node:fs';

const [questions = '', file = ''] = process.argv.slice(2);
let answers = '';
process.stdin.setRawMode(true).on('data', (data) => {
  answers += data.toString('latin1');
  // Every terminal answers in order, and to this one always.
  const end = answers.search(/\x1b\[\?[\d;]*c/);
  if (end < 0) return;
  writeFileSync(file, answers.slice(0, end));
  process.stdin.setRawMode(false);
  process.exit();
});
process.stdout.write(`${questions}\x1b[c`);
