/** The supervisor of one testnet: `supervisor.ts NAME`, started by `spawnSupervisor`. */
import { runSupervisorProgram } from "../lifecycle/supervisor-program.ts";
import { SMALL_ENVIRONMENT } from "../process/resident-programs.ts";
import { openRealModules } from "../supervisor/real-modules.ts";

for (const name of Object.keys(SMALL_ENVIRONMENT)) delete process.env[name]; // meant for this process, not for QEMU
await runSupervisorProgram(process.argv[2], openRealModules);
