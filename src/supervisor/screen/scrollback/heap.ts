/**
 * When the engine collects garbage. By itself it keeps what a flood has needed until it needs the
 * room again, which in a supervisor may be days later; and its own remedy (the memory reducer, see
 * node-flags.ts) comes 8 s after a collection, but not after what makes garbage. While output comes
 * without end it waits until there are some 200 MB of it.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** So much garbage is worth a collection: 10 to 30 ms of CPU, most of it beside us. */
const WORTHWHILE_BYTES = 2 * 1024 * 1024;
/** … so much while something is going on. */
const PRESSING_BYTES = 24 * 1024 * 1024;
/** Output between two looks at the heap, which take 5 µs. */
const LOOK_AFTER_BYTES = 512 * 1024;
/**
 * Once so much was allocated outside of the engine's own heap, it collects step by step
 * (kExternalAllocationSoftLimit of V8's heap.h: 64 MiB); its gc() stops everything for all of it.
 * Memory that is never touched the system never gives.
 */
const ASKS_FOR_COLLECTION_BYTES = 65 * 1024 * 1024;
/** A collection is over by then. */
const COLLECTED_MS = 400;

/** Buffers that nobody uses any more. */
let released = 0;
/** The heap after the last collection, in bytes. */
let least = Number.POSITIVE_INFINITY;
/** … with what it holds outside. */
let leastOfAll = Number.POSITIVE_INFINITY;
let asked = false;
let outputBytes = 0;

/**
 * Young objects stay in the two halves of 1 MiB that they begin with; else these grow to 16 each, all
 * of which stays ours once it was touched. To be called when everything is loaded: V8 takes no
 * compiled code that was kept under other flags, which also holds for what we keep as we exit.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  process.prependOnceListener('exit', () => setFlagsFromString('--semi-space-growth-factor=2'));
}

/** A buffer outside of the engine's heap is garbage now. */
export function noteReleased(bytes: number): void {
  released += bytes;
}

/** To be called when something has come to rest: has garbage collected if there is much. */
export function collectAtRest(): void {
  if (asked) return;
  const { heap, all } = heapBytes();
  least = Math.min(least, heap);
  leastOfAll = Math.min(leastOfAll, all);
  if (heap - least + released >= WORTHWHILE_BYTES) askForCollection();
}

/** To be called with all output: has garbage collected where so much comes of it that it presses. */
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
    // A limit on address space. The engine collects when it needs the room.
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
