/**
 * The part of the Zstandard library that is used. Bundled separately, as few records are
 * compressed.
 */
export { Decompress } from 'fzstd';
