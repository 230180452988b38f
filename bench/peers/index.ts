import { abduco } from './abduco.ts';
import { codexSessions } from './codex-sessions.ts';
import { dtach } from './dtach.ts';
import type { Peer } from './peer.ts';
import { raw } from './raw.ts';
import { screen } from './screen.ts';
import { tmux } from './tmux.ts';

/** In the order of the table's columns. */
export const PEERS: readonly Peer[] = [raw, codexSessions, tmux, dtach, abduco, screen];
