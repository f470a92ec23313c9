import { join } from "node:path";
import { createLogger, limitedLogger, systemClock } from "@icos/system";
import { serveVsock, vsockHostTransport } from "@icos/vsock";
import { agentHandlers } from "../agent/agent-handlers.ts";
import { UPGRADE_DIRECTORY, upgradeHost } from "../agent/host-upgrade.ts";
import { Notices } from "../agent/notices.ts";
import { runServices, type Service } from "../agent/services.ts";
import { createConsoles } from "../guest-vm/consoles.ts";
import { askHostAction } from "../host-action/ask-host-action.ts";
import { monitoringServices } from "../monitoring/monitoring-services.ts";
import { runnerHsm } from "../hsm/runner-hsm.ts";
import { nodeHttp } from "../recovery/http.ts";

/** The host's resident program besides the runner: what the guest may ask for, and metrics. Runs as `host-agent`. */
const RUN = "/run/icos";
const logger = createLogger(process.stderr, { journal: true, name: "host-agent" });
const clock = systemClock;
const stopping = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) {
  process.once(name, () => stopping.abort(new Error("The host's agent is stopping; ask again in a moment.")));
}
/** For what the guest causes. */
const guestLogger = limitedLogger(logger, { clock, signal: stopping.signal });

const act = (action: Parameters<typeof askHostAction>[0], signal: AbortSignal): Promise<void> =>
  askHostAction(action, { signal });
const handlers = agentHandlers({
  notices: new Notices({
    screens: createConsoles(["/dev/tty1", "/dev/ttyS0"], guestLogger),
    recoveryLock: join(RUN, "manual-recovery"),
    clock,
    logger: guestLogger,
    signal: stopping.signal,
  }),
  hsm: runnerHsm(),
  upgrade: (request, signal) =>
    upgradeHost(request, { directory: UPGRADE_DIRECTORY, http: nodeHttp, act, clock, logger: guestLogger }, signal),
  act,
  clock,
  versionFile: "/opt/ic/share/version.txt",
  healthFile: join(RUN, "host-agent/guest-health.json"),
});

const services: readonly Service[] = [
  {
    name: "vsock",
    run: (signal) => serveVsock({ transport: vsockHostTransport(), handlers, clock, logger }, signal),
  },
  ...monitoringServices({ clock, logger }),
];
await runServices(services, { clock, logger }, stopping.signal);
