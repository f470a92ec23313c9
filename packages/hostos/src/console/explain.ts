import { cleanLine } from "./clean-text.ts";
import { hintFor } from "./hints.ts";
import { noticesOf } from "./notices.ts";
import { situationOf, type Observation, type Situation } from "./situation.ts";

export type Tone = "good" | "waiting" | "bad";

/** The state of the node for a person in front of it. */
export interface Explanation {
  readonly kind: Situation["kind"];
  readonly tone: Tone;
  /** At most 40 characters. */
  readonly title: string;
  /** What is going on and what it waits for. */
  readonly story: string;
  /** What the person can do; absent when there is nothing to be done. */
  readonly next: string | undefined;
  /** What else is worth knowing. */
  readonly notices: readonly string[];
}

type Words = Pick<Explanation, "tone" | "title" | "story" | "next">;

const LONGEST_REASON = 300;

export function explain(observed: Observation): Explanation {
  const situation = situationOf(observed);
  return { kind: situation.kind, ...wordsFor(situation), notices: noticesOf(observed) };
}

function wordsFor(situation: Situation): Words {
  switch (situation.kind) {
    case "recovering":
      return waiting("Recovery is running", "GuestOS is being replaced by the version that was asked for.");
    case "host-starting":
      return waiting("HostOS is starting", "The host prepares its disks and network.");
    case "host-failed":
      return bad(
        "HostOS could not start",
        reasonOf(situation.reason),
        "Restart the machine; if that does not help, send the diagnostics.",
      );
    case "configuration-invalid":
      return bad(
        "The configuration is not valid",
        reasonOf(situation.problem),
        "Install the node again with a configuration that `icos config check` accepts.",
      );
    case "guest-failing": {
      const { failures, reason, retryIn } = situation;
      const times = failures === 1 ? "once" : `${failures} times in a row`;
      const retry =
        retryIn === undefined ? "" : ` The next try is ${retryIn === 0 ? "now" : `in ${duration(retryIn)}`}.`;
      return bad(
        "The guest does not stay up",
        `Its virtual machine failed ${times}: ${reasonOf(reason)}${retry}`,
        failures < 3
          ? undefined
          : "See `view-logs guestos`. If GuestOS was just upgraded, `guestos-alternative swap` goes back; otherwise send the diagnostics.",
      );
    }
    case "guest-stopped":
      return bad(
        "The guest is stopped",
        "Nobody asked for its virtual machine to run.",
        "`restart-guestos` starts it; so does a restart.",
      );
    case "network-missing":
      return bad(
        "There is no network device",
        "No network card was found that could be used.",
        "Check that a card is fitted and enabled, then see `network-config-settings`.",
      );
    case "no-carrier":
      return bad(
        "The network cable has no signal",
        "No network card of this machine sees a signal.",
        "Check the cable and the port of the switch.",
      );
    case "no-address":
      return waiting(
        "Waiting for a network address",
        "The cable has a signal, but the host has no IPv6 address yet.",
        "If this lasts, compare prefix and gateway in `config-json` with what the data centre gave you.",
      );
    case "guest-starting":
      return waiting("The guest is about to start", "Its virtual machine is being prepared.");
    case "guest-booting":
      return waiting(
        "The guest is booting",
        `Its virtual machine has been running for ${duration(situation.seconds)}; GuestOS has not reported yet.`,
      );
    case "guest-boot-failed":
      return bad(
        "GuestOS did not boot",
        "Its virtual machine runs, but GuestOS says on its console that its boot failed.",
        "The next start of the guest takes the slot before; `restart-guestos` starts it now. If it was not upgraded, send the diagnostics.",
      );
    case "guest-silent":
      return bad(
        "The guest does not report",
        `Its virtual machine runs, but nothing was heard from GuestOS for ${duration(situation.seconds)}.`,
        "See `view-logs guestos`; `restart-guestos` starts it anew.",
      );
    case "guest-working":
      return waiting("Onboarding", detailOr(situation.detail, "GuestOS is starting."), hintFor(situation.detail));
    case "guest-unhealthy":
      return bad(
        "The node is not healthy",
        detailOr(situation.detail, "GuestOS says that it is not healthy, and not why."),
        hintFor(situation.detail) ?? "GuestOS keeps trying by itself. If this lasts, send the diagnostics.",
      );
    case "healthy":
      return {
        tone: "good",
        title: "The node is healthy",
        story: detailOr(situation.detail, "GuestOS runs and follows the network."),
        next: undefined,
      };
    default:
      return situation satisfies never;
  }
}

const waiting = (title: string, story: string, next?: string): Words => ({ tone: "waiting", title, story, next });
const bad = (title: string, story: string, next?: string): Words => ({ tone: "bad", title, story, next });

function reasonOf(text: string): string {
  const line = cleanLine(text, LONGEST_REASON);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** What the guest says, as a sentence. */
function detailOr(detail: string | undefined, otherwise: string): string {
  if (detail === undefined || detail.trim() === "") return otherwise;
  const line = reasonOf(detail);
  return line.charAt(0).toUpperCase() + line.slice(1);
}

/** `90` -> `1 min 30 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}
