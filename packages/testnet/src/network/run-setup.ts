import { writeFile } from "node:fs/promises";
import { createExec, describeError, IcosError, type Exec } from "@icos/system";
import type { SetupStep } from "./services-config.ts";

/** Runs the steps in order; a failed one is `network-setup-failed`. */
export async function runSetup(steps: readonly SetupStep[], exec: Exec = createExec()): Promise<void> {
  for (const step of steps) {
    try {
      switch (step.kind) {
        case "write":
          await writeFile(step.path, step.value, { flag: "r+" });
          break;
        case "run":
          await exec.run(step.command, { input: step.input, timeout: 20_000 });
          break;
      }
    } catch (cause) {
      const what = step.kind === "write" ? `writing ${step.value} to ${step.path}` : `\`${step.command.join(" ")}\``;
      throw new IcosError(
        "network-setup-failed",
        `The testnet's network was not set up; ${what}: ${describeError(cause)}`,
        {
          cause,
        },
      );
    }
  }
}
