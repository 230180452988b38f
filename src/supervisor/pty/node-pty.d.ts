/** An undeclared module of node-pty: loads its prebuilt binary, or says what is missing. */
declare module 'node-pty/requireBinary.js' {
  export function requireBinary(file: string): unknown;
}
