/**
 * Has V8 collect garbage at the right time. By itself it keeps what a flood has used until it needs
 * the room again, which in a supervisor may be days later; its memory reducer (switched off, see
 * node-flags.ts) runs 8 s after a collection, not after what makes garbage. During endless output V8
 * waits until there are some 200 MB of garbage.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** So much garbage is worth a collection: 10 to 30 ms of CPU, most of it on other threads. */
const WORTHWHILE_BYTES = 2 * 1024 * 1024;
/** … so much while output comes. */
const PRESSING_BYTES = 24 * 1024 * 1024;
/** Output between two looks at the heap, which take 5 µs. */
const LOOK_AFTER_BYTES = 512 * 1024;
/**
 * Once so much is allocated outside of its own heap, V8 collects incrementally
 * (kExternalAllocationSoftLimit in V8's heap.h: 64 MiB); gc() would stop the process until all is
 * done. Memory that is never touched is never mapped, so asking costs none.
 */
const ASKS_FOR_COLLECTION_BYTES = 65 * 1024 * 1024;
/** A collection has ended by then. */
const COLLECTED_MS = 400;

/** Bytes of buffers that have become garbage since the last collection. */
let released = 0;
/** The heap after the last collection, in bytes. */
let least = Number.POSITIVE_INFINITY;
/** … together with its external memory. */
let leastOfAll = Number.POSITIVE_INFINITY;
let asked = false;
let outputBytes = 0;

/**
 * Keeps the two semi-spaces of the young generation at their initial 1 MiB; they would grow to 16 MiB
 * each, which stay mapped once touched. To be called when everything is loaded: V8 then rejects the code
 * that Node has compiled for itself under other flags.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** A buffer outside of V8's heap has become garbage. */
export function noteReleased(bytes: number): void {
  released += bytes;
}

/** To be called when a session has come to rest: has garbage collected if there is much. */
export function collectAtRest(): void {
  if (asked) return;
  const { heap, all } = heapBytes();
  least = Math.min(least, heap);
  leastOfAll = Math.min(leastOfAll, all);
  if (heap - least + released >= WORTHWHILE_BYTES) askForCollection();
}

/** To be called with all output, in bytes: has garbage collected when that has made too much of it. */
export function collectUnderPressure(bytes: number): void {
  outputBytes += bytes;
  if (outputBytes < LOOK_AFTER_BYTES || asked) return;
  outputBytes = 0;
  const { all } = heapBytes();
  leastOfAll = Math.min(leastOfAll, all);
  if (all - leastOfAll >= PRESSING_BYTES) askForCollection();
}

function askForCollection(): void {
  try {
    new ArrayBuffer(ASKS_FOR_COLLECTION_BYTES);
  } catch {
    // The address space is limited. V8 collects when it needs the room.
    return;
  }
  released = 0;
  asked = true;
  setTimeout(() => {
    asked = false;
    ({ heap: least, all: leastOfAll } = heapBytes());
  }, COLLECTED_MS).unref();
}

function heapBytes(): { heap: number; all: number } {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return { heap, all: heap + external };
}
