/** The system's name of an error, such as EAGAIN; kept apart because reading and writing ask. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
