import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isReply, ReplyWriter } from '../../../../src/supervisor/program/reply-writer.ts';

class Input {
  readonly written: string[] = [];
  isRead = true;
  queuedBytes = 0;

  write(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes).toString('latin1'));
    if (!this.isRead) this.queuedBytes += bytes.length;
  }
}

function open(): { replies: ReplyWriter; input: Input } {
  const input = new Input();
  const replies = new ReplyWriter(input);
  onTestFinished(() => replies.dispose());
  return { replies, input };
}

describe('a report', () => {
  it.each([
    '\x1b[?62;22c',
    '\x1b[?2026;2$y',
    '\x1b]11;rgb:0000/0000/0000\x07',
    '\x1b]11;rgb:0000/0000/0000\x1b\\',
    '\x1bP>|codex-sessions(0.1.0)\x1b\\',
    '\x1bP0+r\x1b\\',
  ])('is %j', (text) => expect(isReply(text)).toBe(true));

  it.each([
    '',
    'x',
    '\x1b',
    '\x1b[5;9Rx',
    '\x1b[5\n;9R',
    '\x1b[c\x1b[c',
    '\x1bP0+r\ntouch x\n\x1b\\',
    '\x1bP0+r\x07',
    '\x1b]11;\x9b5n\x07',
    '\x1b]11;a\x1b\\\r',
    '\x1b]11;a',
    '\x1bOP',
  ])('is not %j', (text) => expect(isReply(text)).toBe(false));
});

describe('replies', () => {
  it('hold no control characters but those of one report, whatever they are made from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const { replies, input } = open();
        for (const frame of [
          [text, ''],
          ['\x1bP0+r', '\x1b\\'],
          ['\x1b]11;', '\x07'],
          ['\x1b[', 'R'],
        ])
          replies.write(frame.join(text));
        for (const written of input.written) {
          const [, body] = /^\x1b([^\x07]*?)(?:\x1b\\|\x07)?$/.exec(written) ?? [];
          expect(body).toMatch(/^[\x20-\x7e]+$/);
        }
      }),
    );
  });

  it('come in order, and beyond what anybody waits for not at all', () => {
    const { replies, input } = open();
    for (let n = 0; n < 5_000; n++) replies.write(`\x1b[${n};1R`);
    replies.flush();
    expect(input.written.length).toBeGreaterThanOrEqual(1_000);
    expect(input.written.length).toBeLessThan(2_000);
    expect(input.written).toEqual(input.written.map((_, n) => `\x1b[${n};1R`));
    expect(replies.hasRoom).toBe(true);
  });

  it('are not kept for a program that reads nothing', async () => {
    const { replies, input } = open();
    input.isRead = false;
    const report = `\x1bP0+r${'54'.repeat(500)}\x1b\\`;
    for (let n = 0; n < 100; n++) replies.write(report);
    await expect.poll(() => replies.hasRoom).toBe(false);
    expect(input.queuedBytes).toBeLessThan(128 * 1024);
    input.queuedBytes = 0;
    expect(replies.hasRoom).toBe(true);
  });

  it('come behind a paste that is still being read, however long it is', () => {
    const { replies, input } = open();
    input.queuedBytes = 1024 * 1024;
    replies.write('\x1b[0n');
    expect(input.written).toEqual(['\x1b[0n']);
  });

  it('that had to wait come by themselves', async () => {
    const { replies, input } = open();
    for (let n = 0; n < 600; n++) replies.write(`\x1b[${n};1R`);
    await expect.poll(() => input.written.length).toBe(600);
  });
});
