export { readDataCenters } from "./data-center-directory.ts";
export * from "./plan.ts";
export * from "./prepare.ts";
export { PREP_FILES, writeNetwork } from "./write-network.ts";
