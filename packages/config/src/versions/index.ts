export * from "./migrate.ts";
export * from "./migrate-file.ts";
export * from "./object-kind.ts";
