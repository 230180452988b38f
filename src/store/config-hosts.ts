/** `[hosts.NAME]` in the configuration: other machines. */
import { hostProblem } from './host-names.ts';

export interface HostConfig {
  /** The destination for ssh; the name if it is not set. */
  readonly ssh?: string;
  /** How to run codex-sessions there, as words for a shell there. */
  readonly command?: string;
  /** Where sessions start there. */
  readonly defaultDir?: string;
}

type Check = (value: unknown) => string | undefined;

const isText: Check = (value) =>
  typeof value === 'string' && value !== '' && !/[\n\r\0]/.test(value)
    ? undefined
    : 'a text on one line';

export const HOST_KEYS: Readonly<Record<string, Check>> = {
  ssh: (value) =>
    isText(value) ??
    (hostProblem(value as string) && 'what stands behind "ssh": user@host, or a Host'),
  command: isText,
  default_dir: isText,
};

/** `tables` has been checked. */
export function hostsOf(tables: unknown): Readonly<Record<string, HostConfig>> {
  const entries = Object.entries((tables ?? {}) as Record<string, Record<string, string>>);
  return Object.fromEntries(
    entries.map(([name, { ssh, command, default_dir: defaultDir }]) => [
      name,
      {
        ...(ssh !== undefined && { ssh }),
        ...(command !== undefined && { command }),
        ...(defaultDir !== undefined && { defaultDir }),
      },
    ]),
  );
}
