// @ts-check
/** Configuration that makes Codex talk to the loopback model, need no login and ask for nothing. */

/** The value of the variable that the provider of `modelConfig` wants to see. */
export const MODEL_ENV = { MOCK_KEY: 'loopback' };

/**
 * A `config.toml` for a `CODEX_HOME` that makes Codex talk to this model and ask for nothing.
 * @param {{ port: number, trusted: readonly string[], extra?: string }} options absolute paths
 */
export function modelConfig({ port, trusted, extra = '' }) {
  const projects = trusted.map(
    (path) => `[projects.${JSON.stringify(path)}]\ntrust_level = "trusted"\n`,
  );
  return `model = "gpt-5-codex"
model_provider = "loopback"
approval_policy = "on-request"
sandbox_mode = "read-only"
check_for_update_on_startup = false
${extra}
[model_providers.loopback]
name = "Loopback"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
env_key = "MOCK_KEY"

[analytics]
enabled = false

${projects.join('\n')}`;
}
