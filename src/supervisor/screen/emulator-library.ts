/** The library of `supervisor/screen/emulator.ts`, which opens this file when it needs it. */
export { Terminal } from '@xterm/headless';
