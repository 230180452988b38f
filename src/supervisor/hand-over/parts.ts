/** The parts of the supervisor that a hand-over needs. */
import type { Log } from '../../store/log.ts';
import type { DataSockets } from '../server/data-sockets.ts';
import type { Server } from '../server/server.ts';
import type { SessionTable } from '../session/table.ts';

export interface HandOverParts {
  readonly table: SessionTable;
  readonly server: Server;
  readonly dataSockets: DataSockets;
  readonly log: Log;
  readonly logPath: string;
  /** Number of the last event that was published. */
  readonly eventSeq: () => number;
  /** The successor has everything: no guard of ours may take over. */
  readonly handedOver: () => void;
  /** Takes the lock back from a failed successor with this pid. */
  readonly takeLockBack: (from: number) => void;
}
