import { type Peer, versionOf } from './peer.ts';

/** One process a session; the bytes, and nothing kept. */
export const abduco: Peer = {
  name: 'abduco',
  version: () => versionOf('abduco', '-v'),
  commands: ({ dir, standIn }) => {
    const abduco = (...args: string[]) => ({
      file: 'abduco',
      args,
      env: { ABDUCO_SOCKET_DIR: dir },
    });
    return {
      start: (session, program) => abduco('-n', session, standIn, ...program),
      attach: (session) => abduco('-a', session),
      list: abduco(),
      holds: (command) => command.startsWith('abduco -n'),
    };
  },
};
