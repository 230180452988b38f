/** The parts of commander in use, bundled separately as few command lines need them (parse.ts). */
export { Argument, Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
