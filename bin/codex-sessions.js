#!/usr/bin/env node
// Must run on any Node since 6, unlike what it loads.
const [major, minor] = process.versions.node.split('.').map(Number);
// process.getBuiltinModule came with 22.3, and to the line before with 20.16; 21 never had it.
if (major > 22 || (major === 22 && minor >= 3) || (major === 20 && minor >= 19)) {
  require('../dist/cli.js');
} else {
  const found = `${process.versions.node}: ${process.execPath}`;
  console.error(`codex-sessions needs Node 20.19, 22.3 or newer, and this is ${found}
  Put a newer one first on the PATH.`);
  process.exitCode = 1;
}
