import { type Clock, describeError, IcosError, type Logger } from "@icos/system";
import { type HttpAnswer, httpGet } from "./http-get.ts";
import type { Endpoint } from "./socks5.ts";

export interface KdsOptions {
  /** Without a path; AMD's unless told. */
  readonly url?: string | undefined;
  /** Asked when the server cannot be reached without it; `undefined` for none. */
  readonly proxy: Endpoint | undefined;
  /** Rounds of direct and proxy; 5 unless told. */
  readonly rounds?: number | undefined;
  /** Milliseconds for one attempt; 20 s unless told. */
  readonly timeout?: number | undefined;
  /** PEM, for a server with a certificate of its own. */
  readonly authority?: string | undefined;
}

/** AMD's key distribution server, or one that has its answers. */
export interface Kds {
  /**
   * The body of a good answer (200) for a path. `check` says whether it is what was asked for, and throws otherwise: a network
   * may answer for the server. What it returns is returned.
   * @throws IcosError `kds-refused` (asking again is of no use), `kds-unavailable`
   */
  fetch<Value>(path: string, check: (body: Buffer) => Value): Promise<{ readonly body: Buffer; readonly value: Value }>;
}

export const AMD_KDS = "https://kdsintf.amd.com";
/** Hosts have IPv6 only; AMD's server has IPv4 only. Upstream's proxy. */
export const IC_PROXY: Endpoint = { host: "socks5.ic0.app", port: 1080 };

const ROUNDS = 5;
const TIMEOUT = 20_000;
const MOST_BYTES = 64 * 1024;
/** The pause after round n is n times that. */
const PAUSE = 2_000;
/** A server that wants a longer pause is asked again after this one. */
const LONGEST_PAUSE = 120_000;

/** One attempt's end. */
type Attempt<Value> =
  | { readonly kind: "good"; readonly body: Buffer; readonly value: Value }
  /** The server knows what was asked and does not have it. */
  | { readonly kind: "refused"; readonly problem: string }
  | { readonly kind: "failed"; readonly problem: string; readonly pause?: number | undefined };

export function createKds(options: KdsOptions, { clock, logger }: { clock: Clock; logger: Logger }): Kds {
  const { url: base = AMD_KDS, proxy, rounds = ROUNDS, timeout = TIMEOUT, authority } = options;
  const ways = [undefined, ...(proxy ? [proxy] : [])];
  return {
    async fetch(path, check) {
      const url = new URL(path, base);
      const problems: string[] = [];
      for (let round = 1; ; round += 1) {
        let pause = PAUSE * round;
        for (const way of ways) {
          const attempt = await attemptOnce(url, way, check);
          if (attempt.kind === "good") return attempt;
          const problem = `${way ? `through ${way.host}: ` : ""}${attempt.problem}`;
          if (attempt.kind === "refused") throw refused(url, problem);
          logger.log("warning", "A certificate could not be fetched.", { url: url.href, round, problem });
          problems.push(problem);
          pause = Math.max(pause, Math.min(attempt.pause ?? 0, LONGEST_PAUSE));
        }
        if (round >= rounds) throw unavailable(url, problems.slice(-ways.length));
        await clock.sleep(pause);
      }
    },
  };

  async function attemptOnce<Value>(
    url: URL,
    way: Endpoint | undefined,
    check: (body: Buffer) => Value,
  ): Promise<Attempt<Value>> {
    try {
      const answer = await httpGet(url, { timeout, mostBytes: MOST_BYTES, proxy: way, authority });
      return answer.status === 200 ? judgeBody(answer, check) : judgeStatus(answer, clock.now());
    } catch (error) {
      return { kind: "failed", problem: describeError(error) };
    }
  }
}

function judgeBody<Value>({ body, headers }: HttpAnswer, check: (body: Buffer) => Value): Attempt<Value> {
  try {
    return { kind: "good", body, value: check(body) };
  } catch (error) {
    const type = headers["content-type"];
    return { kind: "failed", problem: `${describeError(error)} (answer of type ${type ?? "unknown"})` };
  }
}

function judgeStatus({ status, headers }: HttpAnswer, now: number): Attempt<never> {
  switch (status) {
    case 400:
    case 404:
    case 410:
      return { kind: "refused", problem: `it does not know this chip at these versions (HTTP ${status})` };
    case 429:
    case 503:
      return {
        kind: "failed",
        problem: `it is busy (HTTP ${status})`,
        pause: readRetryAfter(headers["retry-after"], now),
      };
    default:
      return { kind: "failed", problem: `it answered HTTP ${status}` };
  }
}

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now. */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function refused(url: URL, problem: string): IcosError {
  return new IcosError("kds-refused", `${url.host} has no certificate for this machine: ${problem}.`, {
    next: "Update the BIOS, which brings the SEV firmware: certificates are made for released versions only.",
    details: { url: url.href },
  });
}

function unavailable(url: URL, problems: readonly string[]): IcosError {
  return new IcosError("kds-unavailable", `${url.host} gave no certificate: ${problems.join("; ")}.`, {
    next: "Check the host's network and clock; the certificate is asked for again.",
    details: { url: url.href },
  });
}
