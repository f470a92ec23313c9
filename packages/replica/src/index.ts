export * from "./canister.ts";
