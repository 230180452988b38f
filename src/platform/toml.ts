/**
 * The parts of the TOML library in use. Bundled rather than loaded from a file of its own, which a startup
 * snapshot cannot do, and which would take 5 ms in each command of a user with a configuration.
 */
export { parse, TomlError } from 'smol-toml';
