import type { Peer } from './peer.ts';

/** No multiplexer at all: the floor under everything, the harness's own cost included. */
export const raw: Peer = { name: 'raw PTY', version: () => `Linux, Node ${process.version}` };
