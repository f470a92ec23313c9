export { readRunState, runStateSchema, type GuestVmState, type RunState } from "./guest-vm/run-state.ts";
export { createLayout, type Layout } from "./layout.ts";
