/** The library of emulator.ts, in a bundle of its own that is loaded when it is needed. */
export { Terminal } from '@xterm/headless';
