import { DatabaseSync } from "node:sqlite";
import { completeVersion, decodeVersion, type RateLimitLevel, type RegistryVersion } from "@icos/registry";
import { describeError, IcosError } from "@icos/system";
import { ChainedTable, damaged } from "./chained-table.ts";

/** Milliseconds to wait for another process that is just ending. */
const BUSY_TIMEOUT = 1_000;
/** Its name in the data directory. */
export const REGISTRY_FILE = "registry.sqlite";

/** What makes a database of each schema from one of the schema before; the schema's number is how many were run. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE versions (
    version INTEGER PRIMARY KEY,
    content BLOB NOT NULL, -- as it is certified, but with large values whole
    digest BLOB NOT NULL   -- SHA-256 of the digest before it and the content
  ) STRICT;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE calls (id BLOB PRIMARY KEY, expiry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX calls_by_expiry ON calls (expiry);
  `,
  `
  CREATE TABLE governance_log (
    sequence INTEGER PRIMARY KEY,
    content BLOB NOT NULL, -- an entry of the log, JSON
    digest BLOB NOT NULL   -- SHA-256 of the digest before it and the content
  ) STRICT;
  `,
  `
  CREATE TABLE rate_limits (id TEXT PRIMARY KEY, used INTEGER NOT NULL, at REAL NOT NULL, empty_at REAL NOT NULL)
    STRICT, WITHOUT ROWID;
  `,
];

/** What one transaction stores. */
export interface Append {
  readonly versions?: readonly RegistryVersion[];
  /** Entries of the governance log. */
  readonly log?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  /** Changed levels of rate limits. */
  readonly levels?: readonly RateLimitLevel[];
}

/**
 * The registry on disk: each version is one transaction, on disk when {@link append} returns (WAL with full
 * synchronisation). Versions are chained by hashes, so that a changed or missing one is noticed on opening.
 */
export class RegistryDatabase {
  readonly #db: DatabaseSync;
  readonly #versions: ChainedTable;
  readonly #log: ChainedTable;

  /** @throws IcosError `nns-database` when the file cannot be used, `nns-database-damaged` from {@link load} */
  constructor(path: string) {
    try {
      this.#db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
      this.#db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      this.#migrate(path);
      this.#versions = new ChainedTable(this.#db, "versions", "version", "version");
      this.#log = new ChainedTable(this.#db, "governance_log", "sequence", "entry of the governance log");
    } catch (cause) {
      if (cause instanceof IcosError) throw cause;
      throw new IcosError("nns-database", `The registry database ${path} cannot be opened: ${describeError(cause)}.`, {
        next: "Another registry may be running in the same directory.",
        place: { file: path },
        cause,
      });
    }
  }

  /** All versions, each verified. To be called once, before {@link append}. */
  *load(): Generator<RegistryVersion> {
    for (const { number, content } of this.#versions.load()) yield decodeVersion(number, content);
  }

  /** All entries of the governance log, each verified. To be called once, before {@link append}. */
  *loadLog(): Generator<string> {
    for (const { content } of this.#log.load()) yield Buffer.from(content).toString("utf8");
  }

  /** Stores all of it in one transaction. */
  append({ versions = [], log = [], settings = {}, levels = [] }: Append): void {
    const [lastVersion, lastEntry] = [this.#versions.last, this.#log.last];
    try {
      this.#transaction(() => {
        for (const version of versions) {
          const number = this.#versions.append(completeVersion(version));
          if (number !== version.version) throw damaged(`version ${version.version} does not follow`);
        }
        for (const entry of log) this.#log.append(Buffer.from(entry));
        const set = this.#db.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
        for (const [name, value] of Object.entries(settings)) set.run(name, value);
        this.#setRateLimits(levels);
      });
    } catch (error) {
      this.#versions.rollback(lastVersion);
      this.#log.rollback(lastEntry);
      throw error;
    }
  }

  /** The number of the last version, without a look at any content. */
  lastVersion(): number {
    return Number(this.#db.prepare("SELECT COALESCE(MAX(version), 0) AS last FROM versions").get()?.["last"]);
  }

  setting(name: string): string | undefined {
    const value = this.#db.prepare("SELECT value FROM settings WHERE name = ?").get(name)?.["value"];
    return typeof value === "string" ? value : undefined;
  }

  /** The levels that were stored last, but for buckets that were empty by then. */
  rateLimits(): RateLimitLevel[] {
    const rows = this.#db.prepare("SELECT id, used, at, empty_at FROM rate_limits").all();
    return rows.map(({ id, used, at, empty_at }) => ({
      id: String(id),
      used: Number(used),
      at: Number(at),
      emptyAt: Number(empty_at),
    }));
  }

  /** Whether a call with this request id was taken before. */
  hasCall(id: Uint8Array): boolean {
    return this.#db.prepare("SELECT 1 FROM calls WHERE id = ?").get(id) !== undefined;
  }

  /** Remembers a call until `expiry`, in nanoseconds since the Unix epoch; forgets those that expired before `now`. */
  addCall(id: Uint8Array, expiry: bigint, now: bigint): void {
    this.#transaction(() => {
      this.#db.prepare("DELETE FROM calls WHERE expiry < ?").run(now);
      this.#db.prepare("INSERT OR REPLACE INTO calls (id, expiry) VALUES (?, ?)").run(id, expiry);
    });
  }

  /** The calls that are remembered. */
  calls(): { readonly id: Uint8Array; readonly expiry: bigint }[] {
    const select = this.#db.prepare("SELECT id, expiry FROM calls");
    select.setReadBigInts(true);
    return select
      .all()
      .flatMap(({ id, expiry }) => (id instanceof Uint8Array && typeof expiry === "bigint" ? [{ id, expiry }] : []));
  }

  /** May be called again. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #setRateLimits(levels: readonly RateLimitLevel[]): void {
    if (levels.length === 0) return;
    const set = this.#db.prepare("INSERT OR REPLACE INTO rate_limits (id, used, at, empty_at) VALUES (?, ?, ?, ?)");
    for (const { id, used, at, emptyAt } of levels) set.run(id, used, at, emptyAt);
    this.#db.exec("DELETE FROM rate_limits WHERE empty_at < (SELECT MAX(at) FROM rate_limits)");
  }

  #transaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #migrate(path: string): void {
    const version = this.#db.prepare("PRAGMA user_version").get()?.["user_version"];
    if (version === MIGRATIONS.length) return;
    if (typeof version !== "number" || version > MIGRATIONS.length) {
      throw new IcosError(
        "nns-database",
        `${path} is of schema ${String(version)}; this program knows ${MIGRATIONS.length}.`,
      );
    }
    const missing = MIGRATIONS.slice(version).join(";");
    this.#transaction(() => this.#db.exec(`${missing}; PRAGMA user_version = ${MIGRATIONS.length}`));
  }
}
