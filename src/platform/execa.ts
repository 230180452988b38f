/** The parts of execa in use, bundled separately: no start needs them. */
export { execa } from 'execa';
