/** The parts of the TOML library in use. Not a file of its own: a startup snapshot cannot load one, and whoever has a configuration would wait 5 ms for it at each command. */
export { parse, TomlError } from 'smol-toml';
