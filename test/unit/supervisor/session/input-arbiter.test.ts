import { expect, test } from 'vitest';
import type { Client } from '../../../../src/supervisor/session/client.ts';
import { InputArbiter } from '../../../../src/supervisor/session/input-arbiter.ts';

function arbiter() {
  const written: string[] = [];
  const replies: string[] = [];
  const tested = new InputArbiter({
    write: (bytes) => written.push(Buffer.from(bytes).toString()),
    typed: (client) => expect(client.readOnly).not.toBe(true),
    acceptsReply: (_, reply) => {
      replies.push(Buffer.from(reply).toString());
      return true;
    },
  });
  const bytes = (text: string) => Buffer.from(text);
  const done: [string, boolean][] = [];
  return {
    input: (client: Client, text: string) => tested.input(client, bytes(text)),
    insert: (text: string) => tested.insert(bytes(text), (written) => done.push([text, written])),
    forget: (client: Client) => tested.forget(client),
    dispose: () => tested.dispose(),
    written: () => written.join(''),
    replies,
    done,
  };
}

const ANNA = {} as Client;
const BERT = {} as Client;

test('what is inserted waits for the end of a paste, and is written whole', () => {
  const { input, insert, written, done, dispose } = arbiter();
  input(ANNA, '\x1b[200~pasted by');
  insert('\x1b[200~by a script\x1b[201~\r');
  input(BERT, 'typed');
  expect(done).toEqual([]);
  input(ANNA, ' Anna\x1b[201~');
  expect(written()).toBe('\x1b[200~pasted by Anna\x1b[201~\x1b[200~by a script\x1b[201~\rtyped');
  expect(done).toEqual([['\x1b[200~by a script\x1b[201~\r', true]]);
  dispose();
});

test('what is inserted keeps its place among what others type', () => {
  const { input, insert, forget, written, dispose } = arbiter();
  input(ANNA, '\x1b[200~begun');
  input(BERT, 'before ');
  insert('script ');
  input(BERT, 'after');
  forget(ANNA);
  expect(written()).toBe('\x1b[200~begunbefore script after');
  dispose();
});

test('what was never written is reported', () => {
  const { input, insert, done, dispose } = arbiter();
  input(ANNA, '\x1b[200~begun');
  insert('too late');
  dispose();
  expect(done).toEqual([['too late', false]]);
});

test('of one that may not type, replies are looked at, also those that come in pieces', () => {
  const reader = { readOnly: true } as Client;
  const { input, replies, written, dispose } = arbiter();
  for (const piece of ['typed\r', '\x1b[?12', ';1$y\x1b[?62', ';22cx', '\x1b[200~pasted'])
    input(reader, piece);
  expect(replies).toEqual(['\x1b[?12;1$y', '\x1b[?62;22c']);
  input(ANNA, 'typed by Anna');
  expect(written()).toBe('typed by Anna');
  dispose();
});
