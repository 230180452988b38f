/** A Node that is too old, for real. */
import { test } from 'vitest';
import { expectRefused } from '../support/rig/other-node.ts';
import { createRig } from '../support/rig/rig.ts';
import { OLD_NODE, oldNodeDirectory } from './install.ts';

test(`Node ${OLD_NODE} is told as what it is, by every command`, async () => {
  await expectRefused(createRig(), oldNodeDirectory, OLD_NODE);
});
