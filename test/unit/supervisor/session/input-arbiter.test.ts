import { expect, test } from 'vitest';
import type { Client } from '../../../../src/supervisor/session/client.ts';
import { InputArbiter } from '../../../../src/supervisor/session/input-arbiter.ts';

function arbiter() {
  const written: string[] = [];
  const tested = new InputArbiter({
    write: (bytes) => written.push(Buffer.from(bytes).toString()),
    typed: () => {},
    acceptsReply: () => true,
  });
  const bytes = (text: string) => Buffer.from(text);
  const done: [string, boolean][] = [];
  return {
    input: (client: Client, text: string) => tested.input(client, bytes(text)),
    insert: (text: string) => tested.insert(bytes(text), (written) => done.push([text, written])),
    forget: (client: Client) => tested.forget(client),
    dispose: () => tested.dispose(),
    written: () => written.join(''),
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
