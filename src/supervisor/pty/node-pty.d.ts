/** A module of node-pty without types: loads its prebuilt binary, or throws what is missing. */
declare module 'node-pty/requireBinary.js' {
  export function requireBinary(file: string): unknown;
}
