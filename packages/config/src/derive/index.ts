export * from "./guestos-from-hostos.ts";
export * from "./host-address.ts";
export * from "./host-networkd.ts";
export * from "./hostos-from-setupos.ts";
export * from "./setupos-from-stick.ts";
