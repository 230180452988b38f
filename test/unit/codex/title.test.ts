import { describe, expect, it } from 'vitest';
import { parseTitle, setsTitle, TITLE_ARGS } from '../../../src/codex/title.ts';

const ID = '01a2024a-a606-7e72-8925-99430';

describe('a title of Codex', () => {
  it.each([
    ['before the id is known', 'Ready | proj', { runState: 'ready', text: 'proj' }],
    ['ready', `Ready | proj | ${ID}...`, { runState: 'ready', text: 'proj', threadIdPrefix: ID }],
    [
      'starting',
      `⠋ Starting | p | ${ID}...`,
      { runState: 'starting', text: 'p', threadIdPrefix: ID },
    ],
    ['working', `⠸ Working | p | ${ID}...`, { runState: 'working', text: 'p', threadIdPrefix: ID }],
    [
      'asking',
      `[ ! ] Action Required | p | ${ID}...`,
      { runState: 'action-required', text: 'p', threadIdPrefix: ID },
    ],
    [
      'asking, the other phase',
      `[ . ] Action Required | p | ${ID}...`,
      { runState: 'action-required', text: 'p', threadIdPrefix: ID },
    ],
    [
      'a spinner at the end',
      `Ready | p | ${ID}... ⠴`,
      { runState: 'ready', text: 'p', threadIdPrefix: ID },
    ],
    [
      'a project called a | b',
      `Ready | a | b | ${ID}...`,
      { runState: 'ready', text: 'a | b', threadIdPrefix: ID },
    ],
    [
      'a project called Working',
      `Ready | Working | ${ID}...`,
      { runState: 'ready', text: 'Working', threadIdPrefix: ID },
    ],
    [
      'a project called like an id',
      `Ready | ${ID} | ${ID.replace('a', 'b')}...`,
      { runState: 'ready', text: ID, threadIdPrefix: ID.replace('a', 'b') },
    ],
    ['no project', `Ready | ${ID}...`, { runState: 'ready', text: '', threadIdPrefix: ID }],
    ['a state only', 'Working', { runState: 'working', text: '' }],
    [
      'a whole id',
      `Ready | p | ${ID}4742304`,
      { runState: 'ready', text: 'p', threadIdPrefix: ID },
    ],
    [
      'the context that is left',
      `⠸ Working | Context 97% left | Review it | ${ID}...`,
      { runState: 'working', contextLeft: 97, text: 'Review it', threadIdPrefix: ID },
    ],
    ['no id yet', 'Ready | Context 100% left', { runState: 'ready', contextLeft: 100, text: '' }],
    [
      'a thread that has no title yet',
      `Ready | Context 100% left | ${ID}4742304 | ${ID}...`,
      { runState: 'ready', contextLeft: 100, text: '', threadIdPrefix: ID },
    ],
    [
      'one that 0.154 is naming',
      `Ready | Context 9% left | ${ID}4742304 ⠴ | ${ID}... ⠴`,
      { runState: 'ready', contextLeft: 9, text: '', threadIdPrefix: ID },
    ],
    [
      'a thread whose title looks like context',
      `Ready | Context 100% left | Context 7% left | ${ID}...`,
      { runState: 'ready', contextLeft: 100, text: 'Context 7% left', threadIdPrefix: ID },
    ],
    [
      'a thread whose title is the id of another',
      `Ready | Context 100% left | ${ID.replace('a', 'b')}4742304 | ${ID}...`,
      {
        ...{ runState: 'ready', contextLeft: 100, threadIdPrefix: ID },
        text: `${ID.replace('a', 'b')}4742304`,
      },
    ],
    [
      'more than all context',
      `Ready | Context 999% left | ${ID}...`,
      { runState: 'ready', contextLeft: 100, text: '', threadIdPrefix: ID },
    ],
    ['as Codex writes it unasked', '⠋ proj', { text: 'proj' }],
    ['cleared', '', { text: '' }],
    ['of a project called Readying', 'Readying | p', { text: 'Readying | p' }],
    ['of another program', `vim | ${ID}...`, { text: `vim | ${ID}...` }],
  ])('%s', (_why, title, parsed) => {
    expect(parseTitle(title)).toEqual(parsed);
  });

  it('is asked for by an argument that is known again', () => {
    expect(setsTitle(TITLE_ARGS[1] ?? '')).toBe(true);
    expect(setsTitle('model="x"')).toBe(false);
  });
});
