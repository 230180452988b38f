/** OSC 7501: a case for each rule of the protocol, and the sequence split at every byte. */
import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { parseReport, RECORDS_MAX, StatusRecords } from '../../../src/codex/osc7501.ts';

const b64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');
const ROOT = { id: '', state: 'idle' };

/** What the report is taken as; undefined where all of it is discarded. */
const TABLE: readonly (readonly [why: string, body: string, taken: object | undefined])[] = [
  // States.
  ['idle', 'state=idle', ROOT],
  ['working', 'state=working', { id: '', state: 'working' }],
  ['done', 'state=done', { id: '', state: 'done' }],
  ['blocked', 'state=blocked', { id: '', state: 'blocked' }],
  ['error', 'state=error', { id: '', state: 'error' }],
  ['clear', 'state=clear', { id: '', state: 'clear' }],
  ['no state', 'app=codex', undefined],
  ['an empty state', 'state=', undefined],
  ['an unknown state', 'state=paused', undefined],
  ['a state in capitals', 'state=IDLE', undefined],
  ['an empty body', '', undefined],
  ['the query is no report', '?', undefined],
  // Pairs.
  ['a pair without =', 'junk:state=idle', ROOT],
  ['an empty pair', '::state=idle:', ROOT],
  ['an empty key', '=x:state=idle', ROOT],
  ['a key with capitals', 'State=done:state=idle', ROOT],
  ['a key with a digit', 'state2=done:state=idle', ROOT],
  ['an unknown key', 'colour=red:state=idle', ROOT],
  ['an unknown key of 16 bytes', `${'k'.repeat(16)}=1:state=idle`, ROOT],
  ['a key of 17 bytes', `${'k'.repeat(17)}=1:state=idle`, undefined],
  ['the last duplicate wins', 'state=done:app=a:state=idle:app=b', { ...ROOT, app: 'b' }],
  ['a last duplicate that is bad', 'state=idle:state=no', undefined],
  ['a value with = in it', 'state=idle:app=a=b', { ...ROOT, app: 'a=b' }],
  ['a value outside the alphabet', 'state=idle:app=a b', ROOT],
  ['a control character in a value', 'state=idle:app=a\x1bb', ROOT],
  // kind, progress, app.
  ['permission', 'state=blocked:kind=permission', { id: '', state: 'blocked', kind: 'permission' }],
  ['question', 'state=blocked:kind=question', { id: '', state: 'blocked', kind: 'question' }],
  ['auth', 'state=blocked:kind=auth', { id: '', state: 'blocked', kind: 'auth' }],
  ['an unknown kind', 'state=blocked:kind=tea', { id: '', state: 'blocked' }],
  ['a kind without blocked', 'state=working:kind=auth', { id: '', state: 'working' }],
  ['progress 0', 'state=working:progress=0', { id: '', state: 'working', progress: 0 }],
  ['progress 100', 'state=blocked:progress=100', { id: '', state: 'blocked', progress: 100 }],
  ['progress 101', 'state=working:progress=101', { id: '', state: 'working' }],
  ['progress -1', 'state=working:progress=-1', { id: '', state: 'working' }],
  ['progress 1.5', 'state=working:progress=1.5', { id: '', state: 'working' }],
  ['progress while idle', 'state=idle:progress=5', ROOT],
  ['an app of 32 bytes', `state=idle:app=${'a'.repeat(32)}`, { ...ROOT, app: 'a'.repeat(32) }],
  ['an app of 33 bytes', `state=idle:app=${'a'.repeat(33)}`, undefined],
  // id.
  ['an id', 'state=idle:id=a/b-1/c_2', { id: 'a/b-1/c_2', state: 'idle' }],
  ['an empty id', 'state=idle:id=', undefined],
  ['an empty level', 'state=idle:id=a//b', undefined],
  ['a slash at the end', 'state=idle:id=a/', undefined],
  ['an id outside the alphabet never means the root', 'state=done:id=a b', undefined],
  ['8 levels', 'state=idle:id=a/a/a/a/a/a/a/a', { id: 'a/a/a/a/a/a/a/a', state: 'idle' }],
  ['9 levels', 'state=idle:id=a/a/a/a/a/a/a/a/a', undefined],
  ['a level of 32', `state=idle:id=${'x'.repeat(32)}`, { id: 'x'.repeat(32), state: 'idle' }],
  ['a level of 33', `state=idle:id=${'x'.repeat(33)}`, undefined],
  [
    '129 bytes',
    `state=idle:id=${'x'.repeat(32)}/${'y'.repeat(32)}/${'z'.repeat(32)}/${'w'.repeat(30)}`,
    undefined,
  ],
  // Texts.
  ['a text', `state=done:msg=${b64('fertig ✓')}`, { id: '', state: 'done', msg: 'fertig ✓' }],
  ['a title', `state=done:title=${b64('t')}`, { id: '', state: 'done', title: 't' }],
  ['no padding', 'state=idle:msg=b2s', { ...ROOT, msg: 'ok' }],
  ['an empty text', 'state=idle:msg=', ROOT],
  ['too little padding', 'state=idle:msg=b2s==', undefined],
  ['padding in the middle', 'state=idle:msg=b2=s', undefined],
  ['a length that no base64 has', 'state=idle:msg=b2sab', undefined],
  ['the URL alphabet', 'state=idle:msg=-_-_', undefined],
  ['characters outside base64', 'state=idle:msg=b2.s', undefined],
  ['a space in base64', 'state=idle:msg=b2 s', undefined],
  ['no UTF-8', `state=idle:msg=${b64(Uint8Array.of(0xff, 0xfe))}`, undefined],
  ['a newline', `state=idle:msg=${b64('two\nlines')}`, undefined],
  ['an escape sequence', `state=idle:msg=${b64('\x1b[31m')}`, undefined],
  ['a C1 control', `state=idle:msg=${b64('a\u009bb')}`, undefined],
  ['DEL in a title', `state=idle:title=${b64('a\x7f')}`, undefined],
  [
    'a title of 192 bytes',
    `state=idle:title=${b64('t'.repeat(192))}`,
    { ...ROOT, title: 't'.repeat(192) },
  ],
  ['a title of 193 bytes', `state=idle:title=${b64('t'.repeat(193))}`, undefined],
  [
    'a text of 2,048 bytes',
    `state=idle:msg=${b64('m'.repeat(2_048))}`,
    { ...ROOT, msg: 'm'.repeat(2_048) },
  ],
  ['a text of 2,049 bytes', `state=idle:msg=${b64('m'.repeat(2_049))}`, undefined],
  ['2,049 bytes in fewer characters', `state=idle:msg=${b64('é'.repeat(1_025))}`, undefined],
  ['clear with a bad text', `state=clear:msg=${b64('\x07')}`, undefined],
  // The whole.
  ['4,096 bytes', `state=idle:${'x'.repeat(4_096 - 11)}`, ROOT],
  ['4,097 bytes', `state=idle:${'x'.repeat(4_097 - 11)}`, undefined],
];

describe('a report', () => {
  it.each(TABLE)('%s', (_why, body, taken) => {
    expect(parseReport(body)).toEqual(taken);
    expect(parseReport(Buffer.from(body))).toEqual(taken);
  });

  it('that is discarded leaves its record as it was', () => {
    const records = new StatusRecords();
    records.apply('state=blocked:kind=auth', 1);
    for (const [, body, taken] of TABLE) {
      if (taken === undefined) expect(records.apply(body, 2)).toBe(false);
    }
    expect(records.root).toEqual({ id: '', state: 'blocked', kind: 'auth', since: 1, at: 1 });
  });
});

describe('records', () => {
  const idsOf = (records: StatusRecords) => records.records().map(({ id }) => id);

  it('are replaced whole', () => {
    const records = new StatusRecords();
    records.apply(`state=blocked:kind=auth:app=codex:progress=5:msg=${b64('m')}`, 1);
    expect(records.apply('state=working', 2)).toBe(true);
    expect(records.root).toEqual({ id: '', state: 'working', since: 2, at: 2 });
  });

  it('keep the time of a state that is only repeated, and say that nothing changed', () => {
    const records = new StatusRecords();
    expect(records.apply('state=working:progress=1', 1)).toBe(true);
    expect(records.apply('state=working:progress=1', 2)).toBe(false);
    expect(records.apply('state=working:progress=2', 3)).toBe(true);
    expect(records.root).toMatchObject({ since: 1, at: 3, progress: 2 });
  });

  it('are removed with their descendants, and only with them', () => {
    const records = new StatusRecords();
    for (const id of ['a', 'a/b', 'a/b/c', 'ab', 'b/a']) records.apply(`state=idle:id=${id}`, 1);
    records.apply('state=idle', 1);
    expect(records.apply('state=clear:id=a', 2)).toBe(true);
    expect(idsOf(records)).toEqual(['ab', 'b/a', '']);
    expect(records.apply('state=clear:id=a', 3)).toBe(false);
    expect(records.apply('state=clear', 4)).toBe(true);
    expect(idsOf(records)).toEqual([]);
  });

  it('are held up to the limit; then the one reported longest ago goes, the root never', () => {
    const records = new StatusRecords();
    records.apply('state=working', 0);
    for (let n = 0; n < RECORDS_MAX - 1; n += 1) records.apply(`state=idle:id=r${n}`, 1);
    expect(idsOf(records)).toHaveLength(RECORDS_MAX);
    records.apply('state=done:id=r0', 2);
    records.apply('state=idle:id=new', 3);
    expect(idsOf(records)).toHaveLength(RECORDS_MAX);
    expect(idsOf(records)).toContain('');
    expect(idsOf(records)).toContain('r0');
    expect(idsOf(records)).not.toContain('r1');
  });

  it('of what was going on end with the process; results stay', () => {
    const records = new StatusRecords();
    for (const state of ['working', 'blocked', 'done', 'error', 'idle']) {
      records.apply(`state=${state}:id=${state}`, 1);
    }
    records.ended();
    expect(idsOf(records)).toEqual(['done', 'error', 'idle']);
  });

  it('answer the query with the same bytes', () => {
    expect(new StatusRecords().reply()).toBe('?');
  });
});

describe('in a stream', () => {
  const parse = (chunks: readonly Uint8Array[]) =>
    new Promise<StatusRecords>((done) => {
      const terminal = new Terminal({ allowProposedApi: true });
      const records = new StatusRecords();
      terminal.parser.registerOscHandler(7501, (body) => records.apply(body, 1) || true);
      for (const chunk of chunks) terminal.write(chunk);
      terminal.write('', () => {
        terminal.dispose();
        done(records);
      });
    });

  it.each([
    ['ST', '\x1b\\'],
    ['BEL', '\x07'],
  ])('a report that ends in %s is whole wherever it is split', async (_name, end) => {
    const bytes = Buffer.from(`x\x1b]7501;state=blocked:kind=question:msg=${b64('ja?')}${end}y`);
    for (let at = 0; at <= bytes.length; at += 1) {
      const records = await parse([bytes.subarray(0, at), bytes.subarray(at)]);
      expect(records.root).toMatchObject({ state: 'blocked', kind: 'question', msg: 'ja?' });
    }
    const single = await parse([...bytes].map((byte) => Uint8Array.of(byte)));
    expect(single.root).toMatchObject({ state: 'blocked' });
  });
});
