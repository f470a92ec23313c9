import { IcosError } from "@icos/system";
import type { CommandHandlers } from "../src/handlers.ts";

const refuse = async (): Promise<never> => {
  throw new IcosError("refused", "Nothing is done here.");
};

export const refusingHandlers: CommandHandlers = {
  "attach-hsm": refuse,
  "detach-hsm": refuse,
  upgrade: refuse,
  notify: refuse,
  "start-upgrade-guest-vm": refuse,
  "guest-health": refuse,
  GetVsockProtocol: refuse,
  GetHostOSVersion: refuse,
};
