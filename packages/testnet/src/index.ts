export * from "./topology/topology.ts";
export * from "./topology/plan.ts";
export * from "./topology/admission.ts";
export * from "./state/directories.ts";
export * from "./state/testnet-file.ts";
export * from "./control/status-schema.ts";
export * from "./control/control-schema.ts";
export * from "./control/control-client.ts";
