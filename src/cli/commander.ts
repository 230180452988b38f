/** What is used of commander, a file of its own: few command lines need it (parse.ts). */
export { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
