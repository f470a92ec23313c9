/** A supervisor process without machines, for tests: time runs 50 times as fast. `FAKE` says what goes wrong. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { IcosError } from "@icos/system";
import { runSupervisorProgram } from "../lifecycle/supervisor-program.ts";
import { createFakeTestnet } from "./fake-testnet.ts";

await runSupervisorProgram(process.argv[2], async ({ plan, directories, file }) => {
  if (process.env["FAKE"] === "no-modules")
    throw new IcosError("no-tools", "There are no tools.", { next: "Get some." });
  const fake = createFakeTestnet(plan.nodes.length, plan);
  if (process.env["FAKE"] === "stuck") fake.failServices(new Error("never"));
  const timer = setInterval(() => void fake.tick(1_000), 20);
  // Stands for QEMU: a process and a socket that outlive a supervisor that is killed.
  const machine = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore", detached: true });
  writeFileSync(join(directories.state, "machine.pid"), String(machine.pid));
  const socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(directories.run, "machine"), resolve));
  await file.update({ ports: { nns: file.current.ports.nns ?? 4_000, nodes: {} } });
  return {
    ...fake.modules,
    async close() {
      clearInterval(timer);
      machine.kill("SIGKILL");
      await new Promise<unknown>((resolve) => socket.close(resolve));
    },
  };
});
