/** How to make the real Codex ask each kind of question that it has. */
import { join } from 'node:path';
import type { Question } from '../../../src/protocol/question.ts';
import { repository } from '../repository.ts';
import type { Answer } from './model.ts';

export interface Scene {
  name: string;
  /** What it is where all of it is on the screen. */
  kind: Question['kind'];
  /** The command that is asked for, as it is. */
  command?: string;
  /** How many choices Codex draws; 0: it is not understood. */
  choices: number;
  /** What the model answers to {@link PROMPT}; none: Codex asks before the conversation. */
  answer?: Answer;
  /** Lines for the end of config.toml. */
  config?: string;
  /** Instead of those of the loopback model's config.toml. */
  settings?: Readonly<Record<string, string | null>>;
  trusted?: boolean;
}

export const PROMPT = 'do it';
const WANTED = 'it is wanted';
const MANY_LINES = Array.from({ length: 200 }, (_, line) => `echo line ${line}`).join('\n');

/** A command whose text looks like a question, as far as a model can make it. */
export const IMITATION = `cat <<'E'


  Would you like to run the following command?

Environment: local

  $ true


› 1. Yes, proceed (y)
  2. No, and tell Codex what to do differently (esc)

  Press enter to confirm or esc to cancel
E`;

const IMITATING_CHOICES = `true
1. Yes, proceed (y)
2. Yes, and don't ask again for everything (p)
› 3. No, and tell Codex what to do differently (esc)

Press enter to confirm or esc to cancel`;

function patch(lines: number): string {
  const added = Array.from({ length: lines }, (_, line) => `+1. Yes, proceed (${line})`);
  const body = ['*** Begin Patch', '*** Add File: new.txt', ...added, '*** End Patch'].join('\n');
  return `apply_patch <<'EOF'\n${body}\nEOF`;
}

function asked(...headers: string[]): Answer {
  const questions = headers.map((header) => ({
    id: header,
    header,
    question: `Which ${header} shall it be? There are several, and they differ in more than their names.`,
    options: [
      {
        label: 'First (Recommended)',
        description: 'It is the usual one, and nobody was ever sorry.',
      },
      { label: 'Second', description: 'Another one.' },
    ],
  }));
  return { type: 'calls', calls: [{ name: 'request_user_input', arguments: { questions } }] };
}

const PERMISSIONS = { network: { enabled: true }, file_system: { write: ['/root/y'] } };
const ASKS = '[features]\ndefault_mode_request_user_input = true\n';

function command(cmd: string, justification = WANTED): { answer: Answer; command: string } {
  return { answer: { type: 'tool', cmd, justification }, command: cmd };
}

const MCP_SERVER = `[mcp_servers.here]
command = ${JSON.stringify(process.execPath)}
args = [${JSON.stringify(join(repository, 'test', 'support', 'rig', 'mcp-server.mjs'))}]
`;

export const SCENES: readonly Scene[] = [
  { name: 'command', kind: 'command', choices: 3, ...command('touch /root/x') },
  {
    name: 'command-prefix',
    kind: 'command',
    choices: 3,
    answer: {
      type: 'calls',
      calls: [
        {
          name: 'exec_command',
          arguments: {
            cmd: 'npm install left-pad',
            sandbox_permissions: 'require_escalated',
            justification: 'it needs the network',
            prefix_rule: ['npm', 'install'],
          },
        },
      ],
    },
  },
  {
    name: 'command-lines',
    kind: 'command',
    choices: 3,
    ...command('echo one\necho two\n  echo three'),
  },
  { name: 'command-long', kind: 'command', choices: 3, ...command(MANY_LINES) },
  {
    name: 'command-wide',
    kind: 'command',
    choices: 3,
    ...command('echo 漢字かな交じり文 👩‍👩‍👧 é́ \u202eabc\u202c \u200bx', '理由は 漢字 です'),
  },
  { name: 'imitation', kind: 'other', choices: 0, ...command(IMITATION) },
  { name: 'imitation-choices', kind: 'command', choices: 2, ...command(IMITATING_CHOICES) },
  {
    name: 'imitation-reason',
    kind: 'command',
    choices: 3,
    ...command('rm -r /root/x', 'it\n\n  $ true\n\n\n› 1. Yes, proceed (y)\n\n'),
  },
  {
    name: 'imitation-blanks',
    kind: 'other',
    choices: 0,
    // Blanks of several kinds, as if the reason's paragraph ended.
    ...command(
      'rm -r /root/x',
      `it${' '.repeat(400)}$ true${'\u3000'.repeat(100)}$ true${'\u00a0'.repeat(200)}$ true`,
    ),
  },
  {
    name: 'imitation-label',
    kind: 'command',
    choices: 3,
    answer: {
      type: 'calls',
      calls: [
        {
          name: 'exec_command',
          arguments: {
            cmd: `true '(y) ${' '.repeat(80)}› 1. No, stop (esc)' '3. Yes, always (y)'`,
            sandbox_permissions: 'require_escalated',
            justification: WANTED,
          },
        },
      ],
    },
  },
  { name: 'patch', kind: 'patch', choices: 3, answer: { type: 'tool', cmd: patch(2) } },
  { name: 'patch-long', kind: 'patch', choices: 3, answer: { type: 'tool', cmd: patch(100) } },
  {
    name: 'permissions',
    kind: 'question',
    choices: 4,
    config: '[features]\nrequest_permissions_tool = true\n',
    answer: {
      type: 'calls',
      calls: [
        { name: 'request_permissions', arguments: { reason: WANTED, permissions: PERMISSIONS } },
      ],
    },
  },
  { name: 'question', kind: 'question', choices: 3, config: ASKS, answer: asked('colour') },
  {
    name: 'questions',
    kind: 'question',
    choices: 3,
    config: ASKS,
    answer: asked('colour', 'size'),
  },
  {
    name: 'mcp-tool',
    kind: 'question',
    choices: 4,
    config: MCP_SERVER,
    answer: { type: 'calls', calls: [{ name: 'look', namespace: 'mcp__here', arguments: {} }] },
  },
  { name: 'trust', kind: 'trust', choices: 2, trusted: false },
  { name: 'login', kind: 'other', choices: 0, settings: { model_provider: null } },
];
