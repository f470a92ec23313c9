import { KeyDecoder, type Key } from "./keys.ts";
import type { KeyOptions, Terminal } from "./terminal.ts";

/**
 * A terminal for tests. Its keys are given beforehand, `timeout` being a while without one. When there are none left,
 * it is closed.
 */
export class FakeTerminal implements Terminal {
  readonly form: Terminal["form"];
  #output = "";
  readonly #keys: (Key | "timeout")[];

  constructor(keys: readonly string[], form: Terminal["form"] = "screen") {
    this.form = form;
    this.#keys = keys.flatMap((each): readonly (Key | "timeout")[] =>
      each === "timeout" ? ["timeout"] : new KeyDecoder().push(Buffer.from(each)),
    );
  }

  get output(): string {
    return this.#output;
  }

  size(): { columns: number; rows: number } {
    return { columns: 80, rows: 25 };
  }

  write(text: string): void {
    this.#output += text;
  }

  hasKey(): boolean {
    return false;
  }

  async key({ signal }: KeyOptions = {}): Promise<Key | "timeout" | "closed"> {
    if (signal === undefined) return this.#keys.shift() ?? "closed";
    // While something runs, only Ctrl-C is typed.
    await new Promise((resolve) => setImmediate(resolve));
    const next = this.#keys[0];
    if (typeof next === "object" && next.kind === "interrupt") return this.#keys.shift() ?? "closed";
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    return "timeout";
  }
}
