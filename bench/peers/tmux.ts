import { type Peer, versionOf } from './peer.ts';

/** As it comes, without the user's configuration: 2,000 lines, 500 ms for an Esc. */
export const tmux: Peer = {
  name: 'tmux',
  version: () => versionOf('tmux', '-V'),
  commands: ({ dir, standIn }) => {
    const tmux = (...args: string[]) => ({
      file: 'tmux',
      args: ['-S', `${dir}/tmux`, '-f', '/dev/null', ...args],
    });
    return {
      start: (session, program) => tmux('new-session', '-d', '-s', session, standIn, ...program),
      startAttached: (session, program) => tmux('new-session', '-s', session, standIn, ...program),
      attach: (session) => tmux('attach', '-t', `=${session}`),
      watch: (session) => tmux('attach', '-r', '-t', `=${session}`),
      list: tmux('ls'),
      killAll: tmux('kill-server'),
      holds: (command) => /^tmux.* new-session -d /.test(command),
    };
  },
};
