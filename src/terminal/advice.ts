/**
 * Command lines that messages advise. For a user on another machine they are made such as can be typed there, and for
 * one here who uses another machine such as mean that, where they leave this process: so it holds for every message,
 * also for those of the supervisor.
 */

let typedThere: ((text: string) => string) | undefined;

/** From now on the advice of this process goes through `change`, too, behind what was given before. */
export function adviseThrough(change: (text: string) => string): void {
  const before = typedThere;
  typedThere = before ? (text) => change(before(text)) : change;
}

/** `text` with command lines that work where the user is. */
export function advised(text: string): string {
  return typedThere ? typedThere(text) : text;
}
