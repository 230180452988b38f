import { type Peer, versionOf } from './peer.ts';

/** One process a session; the bytes, and nothing kept. */
export const dtach: Peer = {
  name: 'dtach',
  version: () => versionOf('dtach', '--version'),
  commands: ({ dir, standIn }) => ({
    start: (session, program) => ({
      file: 'dtach',
      args: ['-n', `${dir}/${session}`, '-E', '-z', standIn, ...program],
    }),
    attach: (session) => ({ file: 'dtach', args: ['-a', `${dir}/${session}`, '-E', '-z'] }),
    holds: (command) => command.startsWith('dtach -n'),
  }),
};
