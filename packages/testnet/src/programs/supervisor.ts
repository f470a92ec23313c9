/** The supervisor of one testnet: `supervisor.ts NAME`, started by `spawnSupervisor`. */
import { runSupervisorProgram } from "../lifecycle/supervisor-program.ts";
import { openRealModules } from "../supervisor/real-modules.ts";

await runSupervisorProgram(process.argv[2], openRealModules);
