import { cleanLine } from "./clean-text.ts";
import { describeChoice } from "../network/network-state.ts";
import type { Observation } from "./situation.ts";

/** Below this much free space logs and downloads begin to fail. */
const VAR_NEARLY_FULL = 0.9;
const LONGEST_NOTICE = 300;

/** What is worth knowing beside the one situation that the node is in. */
export function noticesOf(observed: Observation): readonly string[] {
  const { slot, upgrade, failedUnits, varUsed, now, report } = observed;
  const notices: string[] = [...networkNotices(observed)];
  if (slot !== undefined) {
    const { running, state } = slot;
    if (state.cycle === "failsafe_check" && state.alternative === running)
      notices.push(`HostOS in slot ${running} is new and not confirmed; unless the guest gets healthy, it goes back.`);
    if (state.cycle === "first_boot")
      notices.push(`An upgrade of HostOS waits in slot ${state.alternative} for a restart.`);
  }
  if (upgrade?.outcome.kind === "gave-up")
    notices.push(
      cleanLine(`Version ${upgrade.version} of HostOS was given up: ${upgrade.outcome.why}.`, LONGEST_NOTICE),
    );
  if (varUsed !== undefined && varUsed >= VAR_NEARLY_FULL)
    notices.push(`The host's /var is ${Math.floor(varUsed * 100)} % full.`);
  if (failedUnits.length > 0) {
    const shown = failedUnits.slice(0, 3).join(", ");
    const more = failedUnits.length > 3 ? ` and ${failedUnits.length - 3} more` : "";
    notices.push(`Failed: ${shown}${more}.`);
  }
  if (report !== undefined && report.at > now + 60_000) notices.push("The host's clock went back; is it right?");
  return notices;
}

/** A silent gateway may have come back since; a healthy node has reached it. That no cable is in is a situation of its own. */
function networkNotices({ networkState, report }: Observation): readonly string[] {
  if (networkState === undefined) return [];
  const { choice, gateway, otherManagementMac } = networkState;
  const notices: string[] = [];
  if (choice.kind === "gateway-silent" && report?.state !== "healthy")
    notices.push(cleanLine(`At the start, ${describeChoice(choice, gateway).text}`, LONGEST_NOTICE));
  if (otherManagementMac !== null)
    notices.push(
      `The management controller has the MAC address ${otherManagementMac}, which is not the configured one. Was the board replaced?`,
    );
  return notices;
}
