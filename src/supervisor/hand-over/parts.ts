/** The parts of the supervisor that a hand-over needs. */
import type { Log } from '../../store/log.ts';
import type { DataSockets } from '../server/data-sockets.ts';
import type { EventHub } from '../server/event-hub.ts';
import type { Server } from '../server/server.ts';
import type { SessionTable } from '../session/table.ts';

export interface HandOverParts {
  readonly table: SessionTable;
  readonly server: Server;
  readonly dataSockets: DataSockets;
  readonly log: Log;
  readonly logPath: string;
  readonly events: Pick<EventHub, 'seq' | 'hold' | 'release'>;
  /** The successor has everything: our guard must not take over. */
  readonly handedOver: () => void;
  /** Takes the lock back from a failed successor with this pid. */
  readonly takeLockBack: (from: number) => void;
}
