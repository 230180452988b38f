/**
 * kitty, on Mesa's OpenGL without a graphics card. It tells what it shows over its remote control.
 * Source: https://sw.kovidgoyal.net/kitty/rc_protocol/
 */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Kind } from './window.ts';

const ANSWER_MS = 10_000;

const OPTIONS = [
  'allow_remote_control=yes',
  'clear_all_shortcuts=yes',
  'confirm_os_window_close=0',
  'cursor_blink_interval=0',
  'enable_audio_bell=no',
  'font_size=9',
  'linux_display_server=x11',
  'remember_window_size=no',
  'scrollback_lines=20000',
  'shell_integration=disabled',
  'update_check_interval=0',
];

const socketIn = (directory: string) => join(directory, 'kitty.sock');

function request(path: string, command: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let answer = '';
    socket.setEncoding('utf8').setTimeout(ANSWER_MS, () => {
      socket.destroy(new Error(`no answer of kitty in ${ANSWER_MS} ms`));
    });
    socket.once('error', reject);
    socket.on('data', (data) => {
      answer += data;
      const whole = /^\x1bP@kitty-cmd(.*)\x1b\\/s.exec(answer)?.[1];
      if (whole === undefined) return;
      socket.destroy();
      const { ok, data: result, error } = JSON.parse(whole);
      if (ok) resolve(result);
      else reject(new Error(`kitty: ${error}`));
    });
    socket.write(`\x1bP@kitty-cmd${JSON.stringify(command)}\x1b\\`);
  });
}

export const kitty: Kind = {
  env: { LIBGL_ALWAYS_SOFTWARE: '1' },

  command({ cols, rows, light }, directory, inside) {
    const colours = light ? ['#ffffff', '#000000'] : ['#000000', '#dddddd'];
    const options = [
      ...OPTIONS,
      `initial_window_width=${cols}c`,
      `initial_window_height=${rows}c`,
      `background=${colours[0]}`,
      `foreground=${colours[1]}`,
    ];
    return [
      ...['kitty', '--config', 'NONE', '--listen-on', `unix:${socketIn(directory)}`],
      ...options.flatMap((option) => ['-o', option]),
      ...inside,
    ];
  },

  read(part, _, directory) {
    const payload = { extent: part };
    return request(socketIn(directory), { cmd: 'get-text', version: [0, 26, 0], payload });
  },
};
