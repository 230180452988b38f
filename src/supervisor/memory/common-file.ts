/**
 * The memory file that all sessions share: the number of the latest guard, of the last event, and
 * the supervisors that have died.
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import * as v from 'valibot';
import { openMemoryFile, Part } from './memory-file.ts';

const HISTORY_OFFSET = 4096;
const HISTORY_BYTES = 4096;

/** Of the supervisors that have served these sessions. */
const History = v.object({
  /** Version of the memory files; a successor with another version cannot go on with them. */
  version: v.literal(1),
  /** The supervisor that writes the file. */
  pid: v.number(),
  startTime: v.string(),
  /** When it began to serve, see platform/since-boot.ts. */
  since: v.number(),
  /** Whether it took over from a supervisor that had died. */
  tookOver: v.boolean(),
  /** How many supervisors have died. */
  deaths: v.number(),
  /** … of these, how many of the last ones in a row died soon after they had taken over. */
  soonDeaths: v.number(),
  lastDeathAt: v.optional(v.string()),
  /** Inode of the listening socket's path. */
  listenerInode: v.optional(v.number()),
});

export type History = v.InferOutput<typeof History>;

export class CommonFile {
  readonly fd: number;
  readonly #history: Part;
  readonly #number = Buffer.alloc(8);

  /**
   * Creates the file, or goes on with a predecessor's.
   * @throws the system's error if it cannot be created
   */
  constructor(fd = openMemoryFile()) {
    this.fd = fd;
    this.#history = new Part(fd, HISTORY_OFFSET, HISTORY_BYTES);
  }

  /** Number of the latest guard, which is running or about to be started. */
  get generation(): number {
    return this.#read(0);
  }

  set generation(value: number) {
    this.#write(value, 0);
  }

  /** Number of the last event. */
  get eventSeq(): number {
    return this.#read(8);
  }

  set eventSeq(value: number) {
    this.#write(value, 8);
  }

  /** @throws if it was written by a version that we do not understand */
  get history(): History {
    return v.parse(History, JSON.parse(Buffer.from(this.#history.read() ?? []).toString('utf8')));
  }

  set history(value: History) {
    this.#history.write(Buffer.from(JSON.stringify(value)));
  }

  close(): void {
    closeSync(this.fd);
  }

  #read(at: number): number {
    readSync(this.fd, this.#number, 0, 8, at);
    return this.#number.readDoubleLE();
  }

  #write(value: number, at: number): void {
    this.#number.writeDoubleLE(value);
    writeSync(this.fd, this.#number, 0, 8, at);
  }
}
