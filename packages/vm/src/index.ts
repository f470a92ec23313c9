export * from "./machine/definition.ts";
export { checkMachineDefinition, MAXIMUM_SOCKET_PATH_BYTES } from "./machine/check-definition.ts";
export * from "./machine/render-qemu.ts";
export * from "./switch/index.ts";
