import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { IcosError } from "@icos/system";

interface Link {
  readonly number: number;
  readonly digest: Uint8Array;
}

/**
 * Rows that only ever come at the end, counted from 1. Each carries the SHA-256 of the digest before it and of its
 * content, so that a changed or missing one is noticed on reading.
 */
export class ChainedTable {
  readonly #what: string;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  #last: Link = { number: 0, digest: new Uint8Array(32) };

  /** @param what a row is, in a sentence */
  constructor(db: DatabaseSync, table: "versions" | "governance_log", column: "version" | "sequence", what: string) {
    this.#what = what;
    this.#select = db.prepare(`SELECT ${column} AS number, content, digest FROM ${table} ORDER BY ${column}`);
    this.#insert = db.prepare(`INSERT INTO ${table} (${column}, content, digest) VALUES (?, ?, ?)`);
  }

  /** All rows, each verified. To be called once, before {@link append}. @throws IcosError `nns-database-damaged` */
  *load(): Generator<{ readonly number: number; readonly content: Uint8Array }> {
    for (const { number, content, digest } of this.#select.iterate()) {
      const next = this.#last.number + 1;
      if (number !== next || !(content instanceof Uint8Array) || !(digest instanceof Uint8Array)) {
        throw damaged(`${this.#what} ${next} is missing`);
      }
      const expected = chain(this.#last.digest, content);
      if (Buffer.compare(expected, digest) !== 0) throw damaged(`${this.#what} ${next} is not what was stored`);
      this.#last = { number: next, digest: expected };
      yield { number: next, content };
    }
  }

  /** Within a transaction: {@link rollback} undoes it here when the transaction fails. Returns the row's number. */
  append(content: Uint8Array): number {
    const number = this.#last.number + 1;
    const digest = chain(this.#last.digest, content);
    this.#insert.run(number, content, digest);
    this.#last = { number, digest };
    return number;
  }

  /** Where the table ends now. */
  get last(): Link {
    return this.#last;
  }

  rollback(to: Link): void {
    this.#last = to;
  }
}

export function damaged(why: string): IcosError {
  return new IcosError("nns-database-damaged", `The registry database is damaged: ${why}.`, {
    next: "Restore the data directory from a copy.",
  });
}

function chain(before: Uint8Array, content: Uint8Array): Uint8Array {
  return hash("sha256", Buffer.concat([before, content]), "buffer");
}
