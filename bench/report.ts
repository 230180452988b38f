/** The table: medians with their spread, and what we are against the floor and against tmux. */
import type { Measure, Metric, Values } from './measure.ts';
import { BARE_NODE, type Result } from './runner.ts';
import { median } from './stats.ts';

export interface Machine {
  readonly cpus: string;
  readonly kernel: string;
  readonly node: string;
  /** Peers by name. */
  readonly versions: Readonly<Record<string, string>>;
}

const OURS = 'codex-sessions';
const FLOOR = 'raw PTY';
const RIVAL = 'tmux';

export function markdown(
  results: readonly Result[],
  measures: readonly Measure[],
  columns: readonly string[],
): string {
  const bare = results.some(({ rounds }) => rounds[BARE_NODE]) ? [BARE_NODE] : [];
  const names = [...columns.slice(0, 1), ...bare, ...columns.slice(1)];
  const head = ['measure', ...names, `÷ ${FLOOR}`, `÷ ${RIVAL}`, 'goal', ''];
  const rows = results.map((result) => row(result, metricOf(measures, result), names));
  return [head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function metricOf(measures: readonly Measure[], { measure, metric }: Result): Metric {
  const found = measures.find(({ name }) => name === measure)?.metrics[metric];
  if (!found) throw new Error(`no metric ${measure}.${metric}`);
  return found;
}

function row({ rounds }: Result, metric: Metric, names: readonly string[]): string[] {
  const values: Values = Object.fromEntries(
    Object.entries(rounds).map(([name, taken]) => [name, median(taken)]),
  );
  const title = metric.unit ? `${metric.title}, ${metric.unit}` : metric.title;
  return [
    title,
    ...names.map((name) => cell(rounds[name], metric)),
    ratio(values, FLOOR),
    ratio(values, RIVAL),
    metric.goal?.[0] ?? '',
    verdict(values, metric),
  ];
}

/** The median, and how far the rounds lie apart. */
function cell(taken: readonly number[] | undefined, { digits = 0 }: Metric): string {
  if (!taken || taken.length === 0) return '—';
  const text = median(taken).toFixed(digits);
  if (taken.length === 1) return text;
  const low = Math.min(...taken).toFixed(digits);
  const high = Math.max(...taken).toFixed(digits);
  return low === high ? text : `${text} (${low}–${high})`;
}

function ratio(values: Values, to: string): string {
  const ours = values[OURS];
  const theirs = values[to];
  return ours === undefined || !theirs ? '' : (ours / theirs).toFixed(2);
}

function verdict(values: Values, { goal, better }: Metric): string {
  const ours = values[OURS];
  const limit = goal?.[1](values);
  if (ours === undefined || limit === undefined) return '';
  return (better === 'higher' ? ours >= limit : ours <= limit) ? 'met' : 'missed';
}

export function page(table: string, machine: Machine, date: string, command: string): string {
  const versions = Object.entries(machine.versions)
    .filter(([name]) => name !== FLOOR)
    .map(([name, version]) => `${name} ${version}`);
  return `# Benchmark

Made by \`${command}\` on ${date}: ${machine.cpus}, ${machine.kernel}, Node ${machine.node};
${versions.join(', ')}. All peers by turns in one run, each as it comes without configuration;
medians of the rounds, in parentheses the lowest and the highest round. What counts is the ratio
within the run, not the figure. "raw PTY" is the program on a bare terminal, "bare Node" a Node that
runs an empty file; in the rows of another machine, "raw PTY" is plain ssh to it. A dash: the peer cannot do it, or does nothing there that could be measured.

${table}
`;
}
