/** The parts of the TOML library in use, bundled separately: loaded only if there is a configuration. */
export { parse, TomlError } from 'smol-toml';
