export * from "./canister.ts";
export { createIcServer } from "./server/ic-server.ts";
export type { IcServer } from "./server/ic-server.ts";
export { nodeKeyFrom } from "./server/options.ts";
export type {
  IcServerLimits,
  IcServerOptions,
  NodeKey,
  ReplayGuard,
  ReplicaHealth,
  StateSigner,
} from "./server/options.ts";
export * from "./node/index.ts";
