export * from "./try-file.ts";
export * from "./try-settings.ts";
export * from "./try-state.ts";
