/** The TOML library, a file of its own: it is loaded only where there is a configuration. */
export { parse, TomlError } from 'smol-toml';
