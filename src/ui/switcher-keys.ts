/** The switcher's keys, as its foot and its help show them. */
import { waitsForAnswer } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import type { Hint } from './footer.ts';
import type { Row } from './switcher-model.ts';

/** All of them. */
export const SWITCHER_KEYS: readonly Hint[] = [
  ['letters', 'find a session, or name a new one'],
  ['enter', 'attach to the session, start it if it has ended'],
  ['↑ ↓', 'choose another, also Ctrl-K and Ctrl-J'],
  ['Ctrl-Y', 'show what it asks, and answer'],
  ['Ctrl-T', 'type a prompt for it'],
  ['Ctrl-X', 'interrupt its turn'],
  ['Ctrl-D', 'kill it; one that has ended leaves the list'],
  ['Ctrl-R', 'rename it'],
  ['Ctrl-O', 'open it beside, in a new pane'],
  ['Ctrl-P', 'show its screen, or not; remembered'],
  ['Ctrl-W', 'erase a word, Ctrl-U all'],
  ['esc', 'back'],
];

const CHOOSE: Hint = ['↑↓', 'choose'];

interface SwitcherState {
  readonly hasActions: boolean;
  readonly canPreview: boolean;
  /** Nothing is typed. */
  readonly isEmpty: boolean;
}

/** The most useful first, and only keys that have an effect on the selected row. */
export function switcherHints(
  row: Row | undefined,
  { hasActions, canPreview, isEmpty }: SwitcherState,
): readonly Hint[] {
  const session = row?.type === 'session' ? row.match.session : undefined;
  const isRunning = session?.state === 'running';
  const attach: Hint = ['enter', isRunning || !row ? 'attach' : 'start'];
  if (!hasActions) return [attach, ['esc', 'back'], CHOOSE];
  return [
    attach,
    ['esc', 'back'],
    ...(session ? actionHints(session) : []),
    [isEmpty ? '?' : 'F1', 'keys'],
    ...(canPreview ? ([['^P', 'preview']] as const) : []),
    ...(session
      ? ([
          ['^D', 'kill'],
          ['^R', 'rename'],
        ] as const)
      : []),
    CHOOSE,
  ];
}

function actionHints(session: SessionInfo): readonly Hint[] {
  if (session.state !== 'running') return [];
  if (waitsForAnswer(session)) return [['^Y', 'answer']];
  const prompt: Hint = ['^T', 'prompt'];
  return session.status === 'working' ? [prompt, ['^X', 'interrupt']] : [prompt];
}
