export * from "./load-config.ts";
export * from "./shown-fields.ts";
export * from "./views.ts";
