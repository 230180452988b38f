/**
 * Help topics besides commands. They are sections of the README, so that each thing is said once.
 */

export interface Topic {
  /** One line, for lists of topics. */
  readonly summary: string;
  /**
   * The README's heading; without one the topic is made from the command table, or is the manual.
   */
  readonly heading?: string;
}

export const TOPICS: Readonly<Record<string, Topic>> = {
  commands: { summary: 'all of them, in a line each' },
  names: { heading: 'Names', summary: 'what a session is called, here and elsewhere' },
  keys: { heading: 'Keys while attached', summary: 'those that are not for Codex' },
  hosts: { heading: 'Other machines', summary: 'sessions of those that ssh reaches' },
  configuration: { heading: 'Configuration', summary: 'the file, and who may write to it' },
  environment: { heading: 'Environment', summary: 'variables, and what a session gets of them' },
  'exit-codes': { heading: 'Exit codes', summary: 'what a script can tell by them' },
  manual: { summary: 'everything in one, as man shows it' },
};
