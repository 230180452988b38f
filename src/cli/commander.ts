/** The parts of commander in use, bundled separately as few command lines need them (parse.ts). */
export { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
