/** The keys of `watch`, as its foot and its help show them. */
import { waitsForAnswer } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import type { Hint } from './footer.ts';
import type { SessionAction } from './overlays/overlays.ts';

export const WATCH_ACTIONS: Readonly<Record<string, SessionAction>> = {
  a: 'answer',
  s: 'prompt',
  x: 'interrupt',
  K: 'kill',
  r: 'rename',
  'ctrl+o': 'open',
};

/** All of them. */
export const WATCH_KEYS: readonly Hint[] = [
  ['enter', 'attach to the session, start it if it has ended'],
  ['↑ ↓', 'choose another, also k and j'],
  ['a', 'show what it asks, and answer'],
  ['s', 'type a prompt for it'],
  ['x', 'interrupt its turn'],
  ['K', 'kill it; one that has ended leaves the list'],
  ['r', 'rename it'],
  ['Ctrl-O', 'open it beside, in a new pane'],
  ['/', 'show only what matches, Esc shows all again'],
  ['p', 'show its screen, or not; remembered'],
  ['q', 'leave, also Esc and Ctrl-C'],
];

/** While the filter is typed. */
export const FILTER_HINTS: readonly Hint[] = [
  ['enter', 'keep'],
  ['esc', 'show all'],
  ['↑↓', 'choose'],
];

/** The most useful first, and only keys that have an effect on this session. */
export function watchHints(
  session: SessionInfo | undefined,
  { isFiltered, canPreview }: { readonly isFiltered: boolean; readonly canPreview: boolean },
): readonly Hint[] {
  return [
    ...(session ? sessionHints(session) : []),
    ['?', 'keys'],
    isFiltered ? ['esc', 'show all'] : ['q', 'leave'],
    ...(canPreview ? ([['p', 'preview']] as const) : []),
    ['/', 'filter'],
    ...(session
      ? ([
          ['K', 'kill'],
          ['r', 'rename'],
        ] as const)
      : []),
    ['↑↓', 'choose'],
  ];
}

function sessionHints(session: SessionInfo): readonly Hint[] {
  if (session.state !== 'running') return [['enter', 'start']];
  const attach: Hint = ['enter', 'attach'];
  if (waitsForAnswer(session)) return [attach, ['a', 'answer']];
  const prompt: Hint = ['s', 'prompt'];
  return session.status === 'working' ? [attach, prompt, ['x', 'interrupt']] : [attach, prompt];
}
