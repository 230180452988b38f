import { expect, test } from 'vitest';
import { topicHelp } from '../../../src/cli/help.ts';

test('lines are filled by what is seen of them: quotes that become bold take no room', () => {
  const columns = 80;
  const bold = (text: string) => `\x1b[1m${text}\x1b[m`;
  const text = topicHelp('names', [], { columns, bold }).replace(/\x1b\[1?m/g, '');
  const [, , ...lines] = text.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const [at, line] of lines.entries()) {
    expect(line.length).toBeLessThanOrEqual(columns);
    const next = lines[at + 1] ?? '';
    const [word = ''] = /^(?:'[^']*'|\S)+/.exec(next) ?? [];
    // A command and its option stay together.
    if (line !== '' && next !== '' && word !== 'ls')
      expect(line.length + 1 + word.length, line).toBeGreaterThan(columns);
  }
});
