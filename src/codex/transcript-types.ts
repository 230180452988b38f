/** What a recorded conversation consists of. */

export type ItemType = 'prompt' | 'answer' | 'command' | 'reasoning' | 'note';

export interface TranscriptItem {
  readonly type: ItemType;
  /** When it was recorded, as written by Codex (ISO 8601); empty if missing. */
  readonly time: string;
  /** What was said; for a command its output. */
  readonly text: string;
  readonly turnId?: string;
  /** This and the following: only for commands. */
  readonly command?: string;
  /** Missing for a command that was declined, interrupted, or still runs in the background. */
  readonly exitCode?: number;
  readonly outcome?: 'completed' | 'failed' | 'declined' | 'interrupted' | 'running';
}

export interface Turn {
  readonly id: string;
  state: 'running' | 'finished' | 'failed' | 'aborted';
  readonly startedAt: string;
  endedAt?: string;
  /** Why it was aborted, or how it failed. */
  reason?: string;
  /** Codex's last message in it. */
  answer?: string;
}

export interface TranscriptMeta {
  readonly id: string;
  readonly cwd?: string;
  readonly version?: string;
  /** For a fork, whose history is the first bytes of another conversation's record. */
  readonly base?: { readonly id: string; readonly bytes: number };
}

/** What one line added: an item, or a turn that started or ended. */
export type TranscriptEvent =
  | { readonly type: 'item'; readonly item: TranscriptItem }
  | { readonly type: 'turn'; readonly turn: Readonly<Turn> };
