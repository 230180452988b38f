/**
 * The prompts that are used, so that the bundler leaves out the others: the editor's alone brings
 * half a megabyte of character sets.
 */
export { checkbox, confirm, input, select } from '@inquirer/prompts';
