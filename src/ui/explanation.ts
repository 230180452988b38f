/** The output of `explain`: the status, its source, and the events that led to it. */

import { asksAtStart } from '../protocol/asks-at-start.ts';
import type { SessionInfo, StatusEvent } from '../protocol/messages.ts';
import { safeText, textColumns } from '../terminal/safe-text.ts';
import { since, stateOf } from './session-text.ts';

/** @param name as the user knows the session; safe */
export function explanation(
  name: string,
  session: SessionInfo,
  events: readonly StatusEvent[],
  now: number,
): string {
  if (session.state !== 'running')
    return `${name}: ${safeText(stateOf(session, now).text)}. A session that has ended has no status; its end is in its record.`;
  const { status, statusReason, statusSince, statusMessage } = session;
  const reason = statusReason ? ` (${statusReason})` : '';
  const lines = [
    safeText(`${name}: ${status ?? 'no status'}${reason}, for ${since(statusSince, now)}`),
    `  ${sourceOf(session)}`,
  ];
  if (statusMessage) lines.push(`  In its own words: ${safeText(statusMessage)}`);
  if (status === 'done')
    lines.push('  Nobody has looked at it since; once somebody has, it is idle.');
  if (events.length > 0) lines.push('', ...history(events));
  return lines.join('\n');
}

function sourceOf(session: SessionInfo): string {
  const { status, statusSource } = session;
  if (asksAtStart(session))
    return (
      'Codex has drawn its screen, says nothing, and shows nothing new: it asks something before it\n' +
      '  begins, such as whether to trust the directory, or to log in. Attach and answer.'
    );
  switch (statusSource) {
    case 'osc7501':
      return 'Codex reports it itself (OSC 7501).';
    case 'title':
      return "From the state in Codex's own title: this version sends no reports (OSC 7501).";
    case 'record':
      return "From Codex's record: no turn runs. It has said nothing since a supervisor has died.";
    default:
      return status === 'starting'
        ? 'Codex has said nothing so far: it is starting, or asks something before the session begins.'
        : 'Codex has said nothing: it is silent while it asks whether to trust the directory and while\n' +
            '  it asks to log in. Nothing is guessed; attach and look.';
  }
}

/** A table of the events: time of day, source, status after it, text. */
function history(events: readonly StatusEvent[]): string[] {
  const rows = events.map(({ at, source, said, status }) => ({
    at: timeOf(at),
    source: safeText(source),
    said: safeText(said),
    status: safeText(status),
  }));
  const width = (key: 'source' | 'status') => Math.max(...rows.map((row) => textColumns(row[key])));
  const [sources, statuses] = [width('source'), width('status')];
  return [
    'What was said, and the status after it, the oldest first:',
    ...rows.map(
      ({ at, source, said, status }) =>
        `  ${at}  ${source.padEnd(sources)}  ${status.padEnd(statuses)}  ${said}`,
    ),
  ];
}

/** Local time with milliseconds: reports may follow one another within a few. */
function timeOf(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '-';
  const part = (value: number, digits = 2) => String(value).padStart(digits, '0');
  return `${part(at.getHours())}:${part(at.getMinutes())}:${part(at.getSeconds())}.${part(at.getMilliseconds(), 3)}`;
}
