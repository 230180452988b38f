/** The styles: only the terminal's sixteen colours, so that they suit light themes too. */
import type { Tone } from './session-text.ts';

export const BOLD = '1';
export const DIM = '2';
export const UNDERLINE = '4';
/** For the selection and the prompt. */
export const MARK = '1;36';

export const TONES: Readonly<Record<Tone, string>> = {
  busy: '36',
  needs: '1;33',
  good: '32',
  bad: '31',
  calm: '',
};

/** `style`: the parameters of an SGR sequence. */
export function paint(text: string, style: string, color: boolean): string {
  return color && style !== '' && text !== '' ? `\x1b[${style}m${text}\x1b[0m` : text;
}
