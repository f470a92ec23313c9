import { readFile } from "node:fs/promises";
import type { Clock } from "@icos/system";
import { NO_PAYLOAD, PROTOCOL_VERSION, type CommandHandlers } from "@icos/vsock";
import type { HostAction } from "../host-action/host-action.ts";
import { writeGuestHealth } from "./guest-health.ts";
import type { UpgradeRequest } from "./host-upgrade.ts";
import type { Hsm } from "./hsm.ts";
import type { Notices } from "./notices.ts";

export interface AgentModules {
  readonly notices: Notices;
  readonly hsm: Hsm;
  readonly upgrade: (request: UpgradeRequest, signal: AbortSignal) => Promise<void>;
  /** Has the root program do one of the few things that it does. */
  readonly act: (action: HostAction, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  /** The image's version. */
  readonly versionFile: string;
  /** Where the guest's reports go. */
  readonly healthFile: string;
}

/** What the host does for its first guest. */
export function agentHandlers(modules: AgentModules): CommandHandlers {
  const { notices, hsm, upgrade, act, clock, versionFile, healthFile } = modules;
  return {
    async "attach-hsm"(_command, signal) {
      await hsm.attach(signal);
      return NO_PAYLOAD;
    },
    async "detach-hsm"(_command, signal) {
      await hsm.detach(signal);
      return NO_PAYLOAD;
    },
    async upgrade({ arguments: { url, "target-hash": sha256 } }, signal) {
      await upgrade({ url, sha256 }, signal);
      return NO_PAYLOAD;
    },
    async notify({ arguments: { message, count } }) {
      notices.show(message, count);
      return NO_PAYLOAD;
    },
    async GetVsockProtocol() {
      return { kind: "HostOSVsockVersion", version: PROTOCOL_VERSION };
    },
    async GetHostOSVersion() {
      return { kind: "HostOSVersion", version: (await readFile(versionFile, "utf8")).trim() };
    },
    async "start-upgrade-guest-vm"(_command, signal) {
      await act("restart-upgrade-guestos", signal);
      return NO_PAYLOAD;
    },
    async "guest-health"({ arguments: health }) {
      await writeGuestHealth(healthFile, health, clock.now());
      return NO_PAYLOAD;
    },
  };
}
