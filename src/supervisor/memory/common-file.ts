/** The memory file of all sessions: which guard is the last, which events were sent, what has died before. */
import { closeSync, readSync, writeSync } from 'node:fs';
import * as v from 'valibot';
import { openMemoryFile, Part } from './memory-file.ts';

const HISTORY_OFFSET = 4096;
const HISTORY_BYTES = 4096;

/** Of the supervisors that have served these sessions. */
const History = v.object({
  /** Of these files; a successor of another one cannot go on. */
  version: v.literal(1),
  /** The one that writes. */
  pid: v.number(),
  startTime: v.string(),
  /** When it began to serve, see platform/since-boot.ts. */
  since: v.number(),
  /** It took over from one that had died. */
  tookOver: v.boolean(),
  /** How many have died. */
  deaths: v.number(),
  /** … of them, the last in a row that did so soon after they had taken over. */
  soonDeaths: v.number(),
  lastDeathAt: v.optional(v.string()),
  /** Inode of the listening socket's file. */
  listenerInode: v.optional(v.number()),
});

export type History = v.InferOutput<typeof History>;

export class CommonFile {
  readonly fd: number;
  readonly #history: Part;
  readonly #number = Buffer.alloc(8);

  /** Makes one, or takes the one of a predecessor. @throws the system's error if there can be none */
  constructor(fd = openMemoryFile()) {
    this.fd = fd;
    this.#history = new Part(fd, HISTORY_OFFSET, HISTORY_BYTES);
  }

  /** Number of the last guard that was started, or is about to be. */
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

  /** @throws if a version that we do not understand has written it */
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
