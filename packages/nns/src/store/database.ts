import { hash } from "node:crypto";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { decodeVersion, encodedVersion, type RegistryVersion } from "@icos/registry";
import { describeError, IcosError } from "@icos/system";

const SCHEMA_VERSION = 1;
/** Milliseconds to wait for another process that is just ending. */
const BUSY_TIMEOUT = 1_000;
const SCHEMA = `
  CREATE TABLE versions (
    version INTEGER PRIMARY KEY,
    content BLOB NOT NULL, -- as it is certified
    digest BLOB NOT NULL   -- SHA-256 of the digest before it and the content
  ) STRICT;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE calls (id BLOB PRIMARY KEY, expiry INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX calls_by_expiry ON calls (expiry);
`;

/**
 * The registry on disk: each version is one transaction, on disk when {@link append} returns (WAL with full
 * synchronisation). Versions are chained by hashes, so that a changed or missing one is noticed on opening.
 */
export class RegistryDatabase {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  #last: { version: number; digest: Uint8Array } = { version: 0, digest: new Uint8Array(32) };

  /** @throws IcosError `nns-database` when the file cannot be used, `nns-database-damaged` from {@link load} */
  constructor(path: string) {
    try {
      this.#db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
      this.#db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      this.#migrate(path);
      this.#insert = this.#db.prepare("INSERT INTO versions (version, content, digest) VALUES (?, ?, ?)");
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
    const rows = this.#db.prepare("SELECT version, content, digest FROM versions ORDER BY version").iterate();
    for (const { version, content, digest } of rows) {
      const next = this.#last.version + 1;
      if (version !== next || !(content instanceof Uint8Array) || !(digest instanceof Uint8Array)) {
        throw damaged(`version ${next} is missing`);
      }
      const expected = chain(this.#last.digest, content);
      if (Buffer.compare(expected, digest) !== 0) throw damaged(`version ${next} is not what was stored`);
      this.#last = { version: next, digest: expected };
      yield decodeVersion(next, content);
    }
  }

  /** Stores the versions in one transaction, with settings that go with them. */
  append(versions: readonly RegistryVersion[], settings: Readonly<Record<string, string>> = {}): void {
    let last = this.#last;
    this.#transaction(() => {
      for (const version of versions) {
        if (version.version !== last.version + 1) throw damaged(`version ${version.version} does not follow`);
        const content = encodedVersion(version);
        last = { version: version.version, digest: chain(last.digest, content) };
        this.#insert.run(last.version, content, last.digest);
      }
      const set = this.#db.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
      for (const [name, value] of Object.entries(settings)) set.run(name, value);
    });
    this.#last = last;
  }

  setting(name: string): string | undefined {
    const value = this.#db.prepare("SELECT value FROM settings WHERE name = ?").get(name)?.["value"];
    return typeof value === "string" ? value : undefined;
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

  /** May be called again. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
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
    if (version === SCHEMA_VERSION) return;
    if (version !== 0) {
      throw new IcosError(
        "nns-database",
        `${path} is of schema ${String(version)}; this program knows ${SCHEMA_VERSION}.`,
      );
    }
    this.#transaction(() => this.#db.exec(`${SCHEMA}; PRAGMA user_version = ${SCHEMA_VERSION}`));
  }
}

function chain(before: Uint8Array, content: Uint8Array): Uint8Array {
  return hash("sha256", Buffer.concat([before, content]), "buffer");
}

function damaged(why: string): IcosError {
  return new IcosError("nns-database-damaged", `The registry database is damaged: ${why}.`, {
    next: "Restore the data directory from a copy.",
  });
}
