/** The part of the Zstandard library in use, bundled separately: few records are compressed. */
export { Decompress } from 'fzstd';
