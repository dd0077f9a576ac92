/** The door to the real parts: registries, BuildKit, and what stands around them. */
export { binary, findBinary, cacheBin } from './binaries.js';
export { startBuildkit, dockerConfigWithBuildx, buildxVersion, type Buildkit } from './buildkit.js';
export { makeImage, pushImage, type Content, type TestImage } from './images.js';
export {
  freePort,
  inParallel,
  run,
  runOk,
  temporaryDirectory,
  type Finished,
  type Running,
} from './process.js';
export { recordingProxy, type Recorded, type RecordingProxy } from './proxy.js';
export {
  access,
  READER,
  startDockerRegistry282,
  startRegistryV3,
  startThird,
  writeDockerConfig,
  WRITER,
  type Auth,
  type RealRegistry,
  type RegistryOptions,
  type User,
} from './registries.js';
export { ACCEPT, digestAt, wire, wireOk } from './wire.js';
