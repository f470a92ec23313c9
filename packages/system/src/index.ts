export * from "./clock.ts";
export * from "./durable-files.ts";
export * from "./errors.ts";
export * from "./exec.ts";
export * from "./files.ts";
export * from "./log.ts";
export * from "./parse.ts";
export * from "./phases.ts";
