/** What a measure is: a few numbers taken from one fresh run of one peer. */
import type { Arena } from './arena.ts';

/** Medians by the peer's name. */
export type Values = Readonly<Record<string, number | undefined>>;

export interface Metric {
  readonly title: string;
  readonly unit: string;
  /** Which way is good. Default: lower. */
  readonly better?: 'higher';
  readonly digits?: number;
  /** In words, and as a number that depends on the others of the run. */
  readonly goal?: readonly [text: string, limit: (values: Values) => number | undefined];
}

/** A peer that cannot do it at all has no number. */
export type Numbers<K extends string = string> = Partial<Record<K, number | undefined>>;

export interface Measure<K extends string = string> {
  readonly name: string;
  readonly metrics: Readonly<Record<K, Metric>>;
  /** Counted runs of each peer; one more, not counted, comes first. */
  readonly rounds: number;
  /** No first run that is not counted. */
  readonly cold?: boolean;
  /** Also run with a bare `node`, for what only starts up. */
  readonly bareNode?: boolean;
  /** Whether it can be asked of this peer. */
  suits?(arena: Arena): boolean;
  run(arena: Arena): Promise<Numbers<K>>;
}

export const times = (peer: string, factor: number) => (values: Values) => {
  const value = values[peer];
  return value === undefined ? undefined : value * factor;
};

export const plus = (peer: string, more: number) => (values: Values) => {
  const value = values[peer];
  return value === undefined ? undefined : value + more;
};

export const fixed = (limit: number) => () => limit;
