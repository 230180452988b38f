/** The loopback model for tests; see scripts/loopback-model.mjs, which the demo shares. */

export { MODEL_ENV, modelConfig } from '../../../scripts/loopback-config.mjs';
export type { Gate, Handler } from '../../../scripts/loopback-model.mjs';
export { LoopbackModel } from '../../../scripts/loopback-model.mjs';
export type { Answer, ModelRequest } from '../../../scripts/loopback-wire.mjs';
