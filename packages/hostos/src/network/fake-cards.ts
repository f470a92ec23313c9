import { IcosError, silentLogger, type Clock, type Exec } from "@icos/system";
import type { CardModules } from "./choose-card.ts";
import type { NetworkSysfs } from "./network-sysfs.ts";

/** A card of a machine that exists in a test only. */
export interface FakeCard {
  /** Attributes and entries of sysfs; an Ethernet card of the PCI bus where they say nothing else. */
  readonly sysfs?: Readonly<Record<string, string | undefined>>;
  /** Seconds after which its link is there; never, where it is not said. */
  readonly linkAfter?: number;
  readonly speed?: number;
  /** Seconds after which its gateway answers, and how. */
  readonly gatewayAfter?: number;
  readonly answersEcho?: boolean;
  /** `ip` refuses to do anything with it. */
  readonly broken?: boolean;
}

/** Cards, a clock that only sleeping moves, and the commands that were run. */
export class FakeCards implements CardModules {
  readonly commands: string[] = [];
  readonly up = new Set<string>();
  readonly addresses = new Map<string, string>();
  readonly logger = silentLogger;
  readonly #cards: Readonly<Record<string, FakeCard>>;
  #milliseconds = 0;

  constructor(cards: Readonly<Record<string, FakeCard>>) {
    this.#cards = cards;
  }

  get seconds(): number {
    return this.#milliseconds / 1000;
  }

  readonly clock: Clock = {
    now: () => this.#milliseconds,
    sleep: async (milliseconds) => void (this.#milliseconds += milliseconds),
  };

  readonly sysfs: NetworkSysfs = {
    names: async () => Object.keys(this.#cards),
    attribute: async (card, name) => this.#attribute(card, name),
    has: async (card, entry) => this.#attribute(card, entry) !== undefined,
    target: async (card, link) => this.#attribute(card, link),
  };

  readonly exec: Exec = {
    run: async (command) => {
      this.commands.push(command.join(" "));
      return { stdout: Buffer.from(this.#run(command)), stderr: "" };
    },
  };

  #attribute(name: string, attribute: string): string | undefined {
    const card = this.#cards[name];
    if (card === undefined) return undefined;
    const link = this.up.has(name) && this.seconds >= (card.linkAfter ?? Infinity);
    const values: Readonly<Record<string, string | undefined>> = {
      type: "1",
      device: "",
      "device/subsystem": "pci",
      carrier: this.up.has(name) ? String(Number(link)) : undefined,
      speed: link ? String(card.speed ?? -1) : undefined,
      ...card.sysfs,
    };
    return Object.hasOwn(values, attribute) ? values[attribute] : undefined;
  }

  #run(command: readonly string[]): string {
    const [program, ...rest] = command;
    const name = rest[rest.indexOf(program === "ping" ? "-I" : "dev") + 1] ?? "";
    const card = this.#cards[name];
    if (card === undefined || card.broken) throw failed(command);
    const answers = this.addresses.has(name) && this.seconds >= (card.gatewayAfter ?? Infinity);
    if (program === "ping") {
      if (answers && card.answersEcho !== false) return "";
      this.#milliseconds += 3_000;
      throw failed(command);
    }
    if (rest.includes("neighbour")) {
      return JSON.stringify(answers ? [{ dst: "x", lladdr: "02:00:00:00:00:01", state: ["REACHABLE"] }] : []);
    }
    const text = rest.join(" ");
    if (text.endsWith(" up")) this.up.add(name);
    if (text.endsWith(" down")) this.up.delete(name);
    if (text.includes("address replace")) this.addresses.set(name, rest[rest.indexOf("replace") + 1] ?? "");
    if (text.includes("address flush")) this.addresses.delete(name);
    return "";
  }
}

function failed(command: readonly string[]): IcosError {
  return new IcosError("command-failed", `\`${command.join(" ")}\` exited with 1.`);
}
