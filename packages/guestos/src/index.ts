export { confirmRequestPath } from "./confirm-boot.ts";
export * from "./interface-address.ts";
export * from "./layout.ts";
