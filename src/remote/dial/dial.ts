/**
 * The other end of an ssh command: serves one stream of frames on standard input and output, until
 * that ends. The peer may log in here as this user, and so could run the commands directly; the
 * checks are strict all the same, so that a mistake cannot run anything.
 */
import { messageOf } from '../../platform/errors.ts';
import { homeDirectory } from '../../platform/user-directories.ts';
import { VERSION } from '../../platform/version.ts';
import type { Channel } from '../stream/channel.ts';
import { Channels } from '../stream/channels.ts';
import { neverBlockEnd, readEnd, writeEnd } from '../stream/ends.ts';
import { FrameError, KIND } from '../stream/frames.ts';
import { DIAL_PROTOCOL, encodeGreeting, FEATURES } from '../stream/greeting.ts';
import { exec } from './exec.ts';
import type { PrepareCommand } from './in-process.ts';
import { type DialRefusal, parseRequest } from './requests.ts';
import { openSocket } from './socket.ts';

/**
 * Resolves once the stream has ended, and everything that ran for it.
 * @returns why it was ended from here; undefined if the other side ended it
 */
export async function serve(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  prepare?: PrepareCommand,
): Promise<string | undefined> {
  const begun = Date.now();
  const clock = () => Date.now() - begun;
  const open = new Set<Promise<(() => Promise<void>) | undefined>>();
  const channels = new Channels(
    (bytes) => writeEnd(output, bytes),
    (channel, request) => {
      open.add(answer(channel, request, { clock, prepare }));
    },
  );
  neverBlockEnd(output);
  writeEnd(
    output,
    Buffer.from(
      encodeGreeting({
        protocol: DIAL_PROTOCOL,
        version: VERSION,
        features: FEATURES,
        home: homeDirectory(),
      }),
    ),
  );
  const why = await ended(input, output, channels);
  channels.end();
  await Promise.all([...open].map(async (opened) => (await opened)?.()));
  return why;
}

async function answer(
  channel: Channel,
  value: unknown,
  { clock, prepare }: { clock: () => number; prepare: PrepareCommand | undefined },
): Promise<(() => Promise<void>) | undefined> {
  const request = parseRequest(value);
  if (request?.type === 'exec') return exec(channel, request, prepare);
  if (request?.type === 'socket') return openSocket(channel, request, clock);
  channel.finish(KIND.refused, {
    message: 'what was asked for is not known there',
    hint: 'Install the same version on both machines.',
  } satisfies DialRefusal);
  return undefined;
}

function ended(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  channels: Channels,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const end = () => resolve(undefined);
    readEnd(input, (bytes) => {
      try {
        channels.push(bytes);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        resolve(messageOf(error));
      }
    });
    input.once('end', end).once('error', end).once('close', end);
    // The output is not read any more.
    output.once('error', end);
    process.once('SIGHUP', end).once('SIGTERM', end);
  });
}
