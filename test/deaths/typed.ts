/** What was typed against what has arrived: nothing twice, nothing exchanged, and what is missing. */

/** Bytes that are found nowhere else in what is typed: longer than one of its tokens. */
const ANCHOR = 24;

export interface Loss {
  /** In what was typed. */
  readonly at: number;
  readonly text: string;
}

export interface Comparison {
  readonly losses: Loss[];
  /** So far both have been compared. The last bytes are left for the next time. */
  readonly typedTo: number;
  readonly takenTo: number;
}

/** @throws Error where something came twice, or was never typed. */
export function compareTyped(
  typed: string,
  taken: string,
  from: { readonly typedTo: number; readonly takenTo: number } = { typedTo: 0, takenTo: 0 },
): Comparison {
  const losses: Loss[] = [];
  let { typedTo, takenTo } = from;
  for (; taken.length - takenTo > ANCHOR; typedTo++, takenTo++) {
    if (typed[typedTo] === taken[takenTo]) continue;
    const next = taken.slice(takenTo, takenTo + ANCHOR);
    const found = typed.indexOf(next, typedTo);
    if (found < 0) throw new Error(wrong(typed, taken, typedTo, takenTo));
    losses.push({ at: typedTo, text: typed.slice(typedTo, found) });
    typedTo = found;
  }
  return { losses, typedTo, takenTo };
}

function wrong(typed: string, taken: string, typedTo: number, takenTo: number): string {
  const around = (text: string, at: number) => JSON.stringify(text.slice(at - 40, at + 60));
  return `keys have come twice, or others than were typed: typed ${around(typed, typedTo)}, taken ${around(taken, takenTo)}`;
}
