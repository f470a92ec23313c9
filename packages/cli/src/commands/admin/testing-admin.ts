import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as v from "valibot";
import {
  GOVERNANCE_PEM,
  operator,
  OPERATOR_PEM,
  principalOf,
  type TestNns,
  testNns,
} from "../../../../nns/test/nns-fixture.ts";
import { testNode } from "../../../../registry/test/nodes.ts";
import { icosIn, type Outcome } from "../../../test/icos.ts";
import { parsePrinted } from "../../../test/published-schema.ts";

/** The node that the registry begins with, and its operator. */
export const node = testNode(0);
export const operatorId = principalOf(operator).toText();

/** A registry with one node, and the commands that read and govern it. For tests. */
export interface TestAdmin extends AsyncDisposable {
  readonly nns: TestNns;
  /** The keys are in it: `governance.pem`, `operator.pem`. */
  readonly directory: string;
  /** The options that name the registry. */
  readonly target: readonly string[];
  /** In this process: `icos admin ARGS`. */
  readonly admin: (...args: readonly string[]) => Promise<Outcome>;
  /** The same of this registry. */
  readonly read: (...args: readonly string[]) => Promise<Outcome>;
  /** The same with the key of governance. */
  readonly govern: (...args: readonly string[]) => Promise<Outcome>;
}

export async function testAdmin(): Promise<TestAdmin> {
  const nns = await testNns();
  const directory = await mkdtemp(join(tmpdir(), "icos-admin-"));
  await writeFile(join(directory, "governance.pem"), GOVERNANCE_PEM, { mode: 0o600 });
  await writeFile(join(directory, "operator.pem"), OPERATOR_PEM, { mode: 0o600 });
  const target = ["--nns-url", nns.url, "--root-key", Buffer.from(nns.nns.rootKey).toString("hex")];
  await nns.client(operator).call("add_node", node.payload);
  const admin = (...args: readonly string[]): Promise<Outcome> =>
    icosIn({ ICOS_STATE_DIR: directory }, "admin", ...args);
  return {
    nns,
    directory,
    target,
    admin,
    read: (...args) => admin(...args, ...target),
    govern: (...args) => admin(...args, ...target, "--key", join(directory, "governance.pem")),
    async [Symbol.asyncDispose]() {
      await nns[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** What a command that succeeded printed, which is as its published schema says. */
export function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  { code, out, err }: Outcome,
): v.InferOutput<Schema> {
  assert.equal(code, 0, err);
  return parsePrinted(schema, out);
}
