/** The README, of which topics of the help are parts; bundled separately as few command lines need it. */
declare const __README__: string;

export const README = __README__;
