/** What is used of the TOML library, a file of its own: loaded only where there is a configuration. */
export { parse, TomlError } from 'smol-toml';
