/** The loopback model for tests; see scripts/loopback-model.mjs, which the demo shares. */
export type {
  Answer,
  Gate,
  Handler,
  ModelRequest,
} from '../../scripts/loopback-model.mjs';
export { LoopbackModel, MODEL_ENV, modelConfig } from '../../scripts/loopback-model.mjs';
