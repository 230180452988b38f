/**
 * Triggers V8's garbage collection at the right time. V8 itself keeps memory used by a flood until it
 * needs it again, which in a supervisor may be days later; its memory reducer (switched off, see
 * node-flags.ts) runs 8 s after a collection, not after garbage was made. During endless output V8
 * waits for some 200 MB of garbage.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** This much garbage is worth a collection: 10 to 30 ms of CPU, most of it on other threads. */
const WORTHWHILE_BYTES = 2 * 1024 * 1024;
/** … and this much while output comes. */
const PRESSING_BYTES = 24 * 1024 * 1024;
/** Output between two checks of the heap, which take 5 µs. */
const LOOK_AFTER_BYTES = 512 * 1024;
/**
 * Once this much is allocated outside its heap, V8 collects incrementally
 * (kExternalAllocationSoftLimit in V8's heap.h: 64 MiB); gc() would block the process until it is done.
 * Memory that is never touched is never mapped, so this takes none.
 */
const ASKS_FOR_COLLECTION_BYTES = 65 * 1024 * 1024;
/** By then a collection has ended. */
const COLLECTED_MS = 400;

/** Bytes of buffers that have become garbage since the last collection. */
let released = 0;
/** Size of the heap after the last collection, in bytes. */
let least = Number.POSITIVE_INFINITY;
/** … including external memory. */
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

/** To be called when sessions have come to rest: triggers a collection if there is much garbage. */
export function collectAtRest(): void {
  if (asked) return;
  const { heap, all } = heapBytes();
  least = Math.min(least, heap);
  leastOfAll = Math.min(leastOfAll, all);
  if (heap - least + released >= WORTHWHILE_BYTES) askForCollection();
}

/** To be called with the size of all output: triggers a collection if that made too much garbage. */
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
    // The address space is limited. V8 collects when it needs memory.
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
