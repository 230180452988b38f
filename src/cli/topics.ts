/** What there is help on besides commands: sections of the README, so that each thing is said once. */

export interface Topic {
  /** One line, for the lists of topics. */
  readonly summary: string;
  /** Of the README's section; without it the topic is made of the command table, or is the manual. */
  readonly heading?: string;
}

export const TOPICS: Readonly<Record<string, Topic>> = {
  commands: { summary: 'all of them, in a line each' },
  names: { heading: 'Names', summary: 'what a session is called, here and elsewhere' },
  keys: { heading: 'Keys while attached', summary: 'those that are not for Codex' },
  configuration: { heading: 'Configuration', summary: 'the file, and who may write to it' },
  environment: { heading: 'Environment', summary: 'variables, and what a session gets of them' },
  'exit-codes': { heading: 'Exit codes', summary: 'what a script can tell by them' },
  manual: { summary: 'everything in one, as man shows it' },
};
