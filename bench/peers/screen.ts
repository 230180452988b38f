import { mkdirSync } from 'node:fs';
import { type Peer, versionOf } from './peer.ts';

/** As it comes: 100 lines kept, alternate screen off. */
export const screen: Peer = {
  name: 'screen',
  version: () => versionOf('screen', '--version'),
  commands: ({ dir, standIn }) => {
    const env = { SCREENDIR: `${dir}/screen` };
    mkdirSync(env.SCREENDIR, { mode: 0o700, recursive: true });
    const screen = (...args: string[]) => ({
      file: 'screen',
      args: ['-c', '/dev/null', ...args],
      env,
    });
    return {
      start: (session, program) => screen('-dmS', session, standIn, ...program),
      attach: (session) => screen('-x', session),
      list: screen('-ls'),
      holds: (command) => command.startsWith('SCREEN'),
    };
  },
};
