/**
 * The command lines that messages advise, changed so that they can be typed where the user is: on another
 * machine, or here while using another machine. They are changed where they leave this process, so this
 * applies to all messages, including those of the supervisor.
 */

let typedThere: ((text: string) => string) | undefined;

/** From now on the advice of this process also goes through `change`, after the functions given before. */
export function adviseThrough(change: (text: string) => string): void {
  const before = typedThere;
  typedThere = before ? (text) => change(before(text)) : change;
}

/** `text` with command lines that work where the user is. */
export function advised(text: string): string {
  return typedThere ? typedThere(text) : text;
}
