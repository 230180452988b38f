/** Advice for a supervisor that does not answer. */
export const IF_IT_HANGS =
  'It may hang or be stopped; "codex-sessions supervisor restart --force" replaces it.';
