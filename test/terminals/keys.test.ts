/**
 * Our two keys on the keyboards of several countries, pressed at their places, through a terminal that
 * reports them by kitty's protocol with the alternate keys, as Codex asks it to.
 */
import { expect, test } from 'vitest';
import { Window } from '../support/desktop/window.ts';
import { ANSWERS, createRig } from '../support/rig/rig.ts';

/** Counts what it is sent, and shows the last. The key's release is no news. */
const SHOWS_KEYS = `
let count = 0;
const show = (text) => process.stdout.write(\`\\x1b[2J\\x1b[H\${count} \${JSON.stringify(text)}\`);
process.stdin.setRawMode(true).setEncoding("latin1").on("data", (data) => {
  const text = data.replace(/\\x1b\\[[\\d:]*;\\d+:3[u~]/g, "");
  if (text.length === 0) return;
  count++;
  show(text);
});
process.stdout.write("\\x1b[?1049h\\x1b[>7u");
show("ready");
`;

/** What a key does: one of ours, or the sequence with which it reaches the program. */
type Effect = 'detach' | 'switch' | { code: string };

const LAYOUTS: Record<string, [place: string, what: string, effect: Effect][]> = {
  us: [
    ['ctrl+51', 'Ctrl-\\', 'detach'],
    ['ctrl+15', 'Ctrl-6', 'switch'],
    ['ctrl+shift+15', 'Ctrl-^', 'switch'],
    ['ctrl+20', 'Ctrl-minus', { code: '45;5' }],
    ['ctrl+shift+20', 'Ctrl-_', { code: '45:95;6' }],
  ],
  fr: [
    ['ctrl+altgr+17', 'Ctrl-\\', 'detach'],
    ['ctrl+shift+15', 'Ctrl-6', 'switch'],
    ['ctrl+altgr+18', 'Ctrl-^', 'switch'],
    ['ctrl+15', 'Ctrl-minus, at the place of 6', { code: '45::54;5' }],
    ['ctrl+51', 'Ctrl-*, at the place of \\', { code: '42::92;5' }],
  ],
  de: [
    ['ctrl+altgr+20', 'Ctrl-\\', 'detach'],
    ['ctrl+15', 'Ctrl-6', 'switch'],
    ['ctrl+51', 'Ctrl-#, at the place of \\', { code: '35::92;5' }],
    ['ctrl+20', 'Ctrl-ß', { code: '223::45;5' }],
  ],
  ru: [
    ['ctrl+51', 'Ctrl-\\', 'detach'],
    ['ctrl+15', 'Ctrl-6', 'switch'],
    ['ctrl+38', 'Ctrl-ф', { code: '1092::97;5' }],
    ['ctrl+35', 'Ctrl-ъ', { code: '1098::93;5' }],
  ],
  gr: [
    ['ctrl+51', 'Ctrl-\\', 'detach'],
    ['ctrl+shift+15', 'Ctrl-^', 'switch'],
    ['ctrl+38', 'Ctrl-α', { code: '945::97;5' }],
  ],
  'us dvorak': [
    ['ctrl+51', 'Ctrl-\\', 'detach'],
    ['ctrl+shift+15', 'Ctrl-^', 'switch'],
    ['ctrl+20', 'Ctrl-[', { code: '91::45;5' }],
    ['ctrl+48', 'Ctrl-minus', { code: '45::39;5' }],
  ],
};

test.each(Object.entries(LAYOUTS))('%s', async (layout, keys) => {
  const rig = createRig({
    codex: `${ANSWERS}
exec node -e '${SHOWS_KEYS}'`,
  });
  const window = await Window.open(rig, 'kitty');
  await window.display.layout(layout);
  let left = window.command('start');
  let shown = '0 "ready"';
  let count = 0;
  for (const [place, what, effect] of keys) {
    await window.waitFor(shown);
    await window.display.pressPlace(place);
    if (effect === 'detach') {
      expect(await left, what).toBe(0);
      await window.waitFor('[detached from ultra:main]');
      left = window.command('start');
    } else if (effect === 'switch') {
      await window.waitFor('find or start a session');
      await window.display.press('Escape');
    } else {
      shown = `${++count} "\\u001b[${effect.code}u"`;
      await window.waitFor(shown);
    }
  }
});
