const ENDING = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

export interface SignalHandlers {
  /** The process was asked to end. */
  onEnd(signal: NodeJS.Signals): void;
  /** SIGTSTP: the process was asked to stop, as a shell's job. */
  onStop(): void;
  /** SIGCONT. */
  onContinue(): void;
}

/** Handles the signals that concern an attached terminal, until the returned function is called. */
export function handleSignals({ onEnd, onStop, onContinue }: SignalHandlers): () => void {
  for (const signal of ENDING) process.on(signal, onEnd);
  process.on('SIGTSTP', onStop).on('SIGCONT', onContinue);
  return () => {
    for (const signal of ENDING) process.off(signal, onEnd);
    process.off('SIGTSTP', onStop).off('SIGCONT', onContinue);
  };
}
