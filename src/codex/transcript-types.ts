/** What a conversation consists of, as Codex records it. */

export type ItemType = 'prompt' | 'answer' | 'command' | 'reasoning' | 'note';

export interface TranscriptItem {
  readonly type: ItemType;
  /** When it was recorded, as Codex wrote it (ISO 8601); empty if it did not. */
  readonly time: string;
  /** What was said; of a command what came out of it. */
  readonly text: string;
  readonly turnId?: string;
  /** Of commands: */
  readonly command?: string;
  /** Unknown for a command that was declined, interrupted, or that goes on in the background. */
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
  /** The last thing that Codex said in it. */
  answer?: string;
}

export interface TranscriptMeta {
  readonly id: string;
  readonly cwd?: string;
  readonly version?: string;
  /** Of a fork: its history is the first bytes of another conversation's record. */
  readonly base?: { readonly id: string; readonly bytes: number };
}

/** What one line brought: an item, a turn that began or ended. */
export type TranscriptEvent =
  | { readonly type: 'item'; readonly item: TranscriptItem }
  | { readonly type: 'turn'; readonly turn: Readonly<Turn> };
