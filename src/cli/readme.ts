/**
 * The README, parts of which are topics of the help. Bundled separately, as few commands need it.
 */
declare const __README__: string;

export const README = __README__;
