import type { Measure } from '../measure.ts';
import { attach } from './attach.ts';
import { codexPrompt } from './codex-prompt.ts';
import { death } from './death.ts';
import { echo } from './echo.ts';
import { echoBusy } from './echo-busy.ts';
import { echoFlood } from './echo-flood.ts';
import { far } from './far.ts';
import { idle } from './idle.ts';
import { killAll } from './kill-all.ts';
import { list } from './list.ts';
import { loneEsc } from './lone-esc.ts';
import { memory } from './memory.ts';
import { output } from './output.ts';
import { paste } from './paste.ts';
import { preview } from './preview.ts';
import { scale } from './scale.ts';
import { stalled } from './stalled.ts';
import { start } from './start.ts';
import { statusDelay } from './status-delay.ts';

/** In the order of the table's rows. */
export const MEASURES: readonly Measure[] = [
  echo,
  echoBusy,
  echoFlood,
  loneEsc,
  output,
  attach,
  list,
  far,
  start,
  codexPrompt,
  statusDelay,
  killAll,
  death,
  idle,
  memory,
  paste,
  stalled,
  preview,
  scale,
];
