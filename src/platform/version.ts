/** The version in package.json, inserted by the bundler. */
declare const __VERSION__: string;

export const VERSION: string = __VERSION__;
