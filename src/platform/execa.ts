/** What is used of execa, a file of its own: no start needs it. */
export { execa } from 'execa';
