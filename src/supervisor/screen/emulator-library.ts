/** The entry point of the emulator library's own bundle, which is loaded on first use. */
export { Terminal } from '@xterm/headless';
