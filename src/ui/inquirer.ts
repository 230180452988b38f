/**
 * Only the prompts in use, so that the bundler drops the others: the editor prompt alone adds half a
 * megabyte of character sets.
 */
export { confirm, input, select } from '@inquirer/prompts';
