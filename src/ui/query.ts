/** The text typed to find sessions. */
import { charactersOf, safeText } from '../terminal/safe-text.ts';
import type { Action } from './keys.ts';

/** A query is a name or part of one; anything longer was pasted by mistake. */
const QUERY_MAX_CHARACTERS = 200;

export class Query {
  text: string;

  constructor(text = '') {
    this.text = safeText(text);
  }

  type(text: string): void {
    // Word by word, as safeText would trim spaces at the ends.
    const shown = text.replace(/[^ ]+/g, (word) => safeText(word));
    const query = this.text === '' ? shown.trimStart() : this.text + shown;
    this.text = charactersOf(query).slice(0, QUERY_MAX_CHARACTERS).join('');
  }

  /** False: the key does not erase. */
  erase(action: Action): boolean {
    switch (action) {
      case 'erase':
        this.text = charactersOf(this.text).slice(0, -1).join('');
        return true;
      case 'erase-word':
        this.text = this.text.replace(/[^\s:._-]*[\s:._-]*$/, '');
        return true;
      case 'erase-all':
        this.text = '';
        return true;
      default:
        return false;
    }
  }
}
