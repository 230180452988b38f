/**
 * What every version since the first has said and understood. A newer client must be able to list,
 * attach to and kill what an older supervisor runs, and the other way round; so these bytes are
 * written out by hand, and nothing in here may ever be changed. Added to, yes.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../../src/client/connection/connection.ts';
import { encode, LineReader } from '../../../src/protocol/framing.ts';
import { Exit, FirstLine, Request, SessionInfo } from '../../../src/protocol/messages.ts';
import { PROTOCOL } from '../../../src/protocol/version.ts';

const TOKEN = '00112233445566778899aabbccddeeff';
const FULL_NAME = 'codex:ultra:main:1a2b3c4d';
const TERMINAL = { token: TOKEN, cols: 80, rows: 24 };

test('the protocol is 1', () => {
  expect(PROTOCOL).toBe(1);
});

test('a message is one line of JSON, ended by a newline', () => {
  expect(encode({ type: 'list', id: 1 })).toBe('{"type":"list","id":1}\n');
  const reader = new LineReader();
  const lines = [...reader.push(Buffer.from('{"type":"list","id":1}\n{"type":"leave"}\n{"t'))];
  expect(lines).toEqual([
    { type: 'line', value: { type: 'list', id: 1 } },
    { type: 'line', value: { type: 'leave' } },
  ]);
});

test('the first line of a control connection is understood whatever protocol it names', () => {
  for (const protocol of [0, 1, 2, 999])
    expect(v.parse(FirstLine, { type: 'hello', protocol, version: '9.9.9' })).toEqual({
      type: 'hello',
      protocol,
      version: '9.9.9',
    });
});

test('the first line of a data connection names its token', () => {
  const line = JSON.parse(`{"type":"data","token":"${TOKEN}"}`);
  expect(v.parse(FirstLine, line)).toEqual({ type: 'data', token: TOKEN });
});

test.each([
  ['list', { type: 'list', id: 7 }],
  ['attach', { type: 'attach', id: 8, fullName: FULL_NAME, terminal: TERMINAL }],
  [
    'attach, looking on',
    {
      type: 'attach',
      id: 8,
      fullName: FULL_NAME,
      terminal: { ...TERMINAL, readOnly: true },
    },
  ],
  ['kill', { type: 'kill', id: 9, fullNames: [FULL_NAME] }],
  ['kill with a grace period', { type: 'kill', id: 9, fullNames: [FULL_NAME], graceMs: 500 }],
  ['detach', { type: 'detach', id: 10, fullName: FULL_NAME }],
  ['leave', { type: 'leave' }],
  ['resize', { type: 'resize', cols: 100, rows: 30 }],
])('%s is understood as it always was', (_, message) => {
  expect(v.parse(Request, message)).toMatchObject(message);
});

test('fields that a later version adds are passed over', () => {
  expect(v.parse(Request, { type: 'list', id: 7, later: [1] })).toEqual({ type: 'list', id: 7 });
  expect(
    v.parse(FirstLine, { type: 'hello', protocol: 2, version: '2.0.0', later: true }),
  ).toMatchObject({ type: 'hello', protocol: 2 });
});

test('a session has these keys', () => {
  expect(Object.keys(SessionInfo.entries)).toEqual(
    expect.arrayContaining([
      'fullName',
      'name',
      'project',
      'hash',
      'root',
      'cwd',
      'state',
      'pid',
      'clients',
      'title',
      'createdAt',
      'lastActivityAt',
      'exit',
    ]),
  );
  expect(Object.keys(Exit.entries)).toEqual(['code', 'signal']);
});

/** A supervisor of long ago, by hand: it notes what it hears, and has one answer to each line. */
async function oldSupervisor(
  answers: readonly string[],
): Promise<{ connection: Connection; heard: () => string }> {
  const directory = mkdtempSync(join(tmpdir(), 'frozen-'));
  const path = join(directory, 's');
  let heard = '';
  const server = createServer((socket) => {
    let said = 0;
    socket.on('data', (bytes) => {
      heard += bytes;
      for (; said < heard.split('\n').length - 1; said++) socket.write(answers[said] ?? '');
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const connection = await new Promise<Connection>((resolve) => {
    const socket = connect(path, () => resolve(new Connection(socket)));
  });
  onTestFinished(() => {
    connection.close();
    server.close();
    rmSync(directory, { recursive: true });
  });
  return { connection, heard: () => heard };
}

const SESSION =
  `{"fullName":"${FULL_NAME}","name":"main","project":"ultra","hash":"1a2b3c4d","root":"/u",` +
  '"cwd":"/u","state":"running","pid":1,"clients":0,"title":null,"exit":null,"later":{},' +
  '"createdAt":"2026-01-01T00:00:00.000Z","lastActivityAt":"2026-01-01T00:00:00.000Z"}';
const WELCOME = '{"type":"welcome","protocol":1,"version":"0.1.0","pid":123,"features":["list"]}\n';

test('the client says these bytes, and understands these answers', async () => {
  const { connection, heard } = await oldSupervisor([
    WELCOME,
    `{"type":"sessions","id":1,"sessions":[${SESSION}]}\n`,
  ]);
  const { sessions } = await connection.request({ type: 'list' }, 'sessions');
  expect(sessions).toMatchObject([{ fullName: FULL_NAME }]);
  expect(heard()).toBe(
    '{"type":"hello","protocol":1,"version":"0.0.0-test"}\n{"type":"list","id":1}\n',
  );
  expect(connection.welcome).toMatchObject({ protocol: 1, version: '0.1.0', pid: 123 });
});

test('the answers to attach and kill, what is said unasked, and a refusal', async () => {
  const { connection } = await oldSupervisor([
    WELCOME,
    `{"type":"attached","id":1,"session":${SESSION}}\n` +
      '{"type":"of a later version"}\n' +
      '{"type":"ended","offset":5,"exit":{"code":0,"signal":null},"restore":"Gw=="}\n' +
      '{"type":"detached","offset":6,"by":"other","restore":""}\n',
    `{"type":"killed","id":2,"fullNames":["${FULL_NAME}"]}\n`,
    '{"type":"refused","id":3,"code":"no-such-session","message":"m","hint":"h"}\n',
  ]);
  const notices: unknown[] = [];
  connection.onNotification = (notice) => notices.push(notice);
  const { type } = await connection.request(
    { type: 'attach', fullName: FULL_NAME, terminal: TERMINAL },
    'attached',
  );
  expect(type).toBe('attached');
  const killed = await connection.request({ type: 'kill', fullNames: [FULL_NAME] }, 'killed');
  expect(killed.fullNames).toEqual([FULL_NAME]);
  await expect(
    connection.request({ type: 'detach', fullName: FULL_NAME }, 'done'),
  ).rejects.toMatchObject({ message: 'm', hint: 'h', exitCode: 3 });
  expect(notices).toEqual([
    { type: 'ended', offset: 5, exit: { code: 0, signal: null }, restore: 'Gw==' },
    { type: 'detached', offset: 6, by: 'other', restore: '' },
  ]);
});
