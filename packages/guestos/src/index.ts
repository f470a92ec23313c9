export * from "./interface-address.ts";
export * from "./layout.ts";
