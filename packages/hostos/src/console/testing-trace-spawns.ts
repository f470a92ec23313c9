import { ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { env } from "node:process";

/**
 * Loaded into the real console by the test of escape attempts (`--import`): every program that it starts is written to
 * a file, before it starts. `execFile`, `exec`, `fork` and `spawn` all come through here.
 */
const file = env["TRACE_SPAWNS"];
const original: unknown = Reflect.get(ChildProcess.prototype, "spawn");
if (file === undefined || typeof original !== "function") throw new Error("The spawns cannot be traced.");
const spawn = original;
Reflect.set(
  ChildProcess.prototype,
  "spawn",
  function (this: ChildProcess, options: { readonly args?: unknown }): unknown {
    appendFileSync(file, `${JSON.stringify(options.args)}\n`);
    return Reflect.apply(spawn, this, [options]);
  },
);
