/** The settings, their allowed values and their defaults. */
import { KEY_RULE, readKey } from '../terminal/key-names.ts';
import type { HostConfig } from './config-hosts.ts';

export interface Config {
  /** As `readKey` reads it: `ctrl+X`, `alt+X`, `ctrl+X Y`, `none`. */
  readonly detachKey: string;
  readonly switchKey: string;
  /** Lines of scrollback. */
  readonly scrollback: number;
  /** What goes into a terminal's own scrollback on attaching. */
  readonly scrollbackOnAttach: 'all' | 'missed' | 'none';
  /** A command, or `desktop`. */
  readonly notify: string | undefined;
  /** A command that opens a terminal, in which `{command}` is what to run there. */
  readonly open: string | undefined;
  /** How long the record of an ended session is kept. */
  readonly retentionDays: number;
  readonly codex: {
    readonly command: string | undefined;
    readonly args: readonly string[];
    readonly isolate: boolean;
    readonly title: boolean;
  };
  /** Other machines, by their names. */
  readonly hosts: Readonly<Record<string, HostConfig>>;
}

export const DEFAULTS: Config = {
  detachKey: 'ctrl+\\',
  switchKey: 'ctrl+^',
  scrollback: 2_000,
  scrollbackOnAttach: 'missed',
  notify: undefined,
  open: undefined,
  retentionDays: 30,
  codex: { command: undefined, args: [], isolate: true, title: true },
  hosts: {},
};

/** Returns what the value must be, or undefined if it is valid. */
export type Check = (value: unknown) => string | undefined;

const SCROLLBACK_MAX = 100_000;
const RETENTION_DAYS_MAX = 36_500;

const isText: Check = (value) => (typeof value === 'string' && value ? undefined : 'a text');
const isBoolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const isTexts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? undefined
    : 'a list of texts';
const isKey: Check = (value) =>
  typeof value === 'string' && readKey(value) ? undefined : KEY_RULE;
const isOpener: Check = (value) =>
  typeof value === 'string' && value.includes('{command}') ? undefined : 'a command with {command}';
const isNotice: Check = (value) => isText(value) && 'a command, or "desktop"';
const isCount =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `a whole number from ${least} to ${most}`;

const isOneOf =
  (...texts: readonly string[]): Check =>
  (value) =>
    texts.includes(value as string) ? undefined : texts.map((text) => `"${text}"`).join(' or ');

export const CODEX_KEYS: Readonly<Record<string, Check>> = {
  command: isText,
  args: isTexts,
  isolate: isBoolean,
  title: isBoolean,
};
export const KEYS: Readonly<Record<string, Check>> = {
  detach_key: isKey,
  switch_key: isKey,
  scrollback: isCount(0, SCROLLBACK_MAX),
  scrollback_on_attach: isOneOf('all', 'missed', 'none'),
  notify: isNotice,
  open: isOpener,
};
/** Top-level settings; `retention_days` cannot be set for a project. */
export const ROOT_KEYS: Readonly<Record<string, Check>> = {
  ...KEYS,
  retention_days: isCount(1, RETENTION_DAYS_MAX),
};
