import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { IcosError } from "@icos/system";
import { parseRecoveryFile } from "../recovery/request.ts";
import { COMMANDS, completions, parseCommand } from "./commands.ts";
import { ipv6Routes } from "./network-facts.ts";
import { parseUnitStates, UNIT_PROPERTIES } from "./unit-states.ts";

/** What a parser makes of the text; errors that are not for a person fail the test. */
function outcome<Result>(parse: () => Result): Result | IcosError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof IcosError) return error;
    throw error;
  }
}

const word = fc.oneof(fc.constantFrom(...COMMANDS.keys(), "swap", "A", "--json", "guestos"), fc.string());

void test("a typed line is a command of the table or refused, and a unit in it is no option and no pattern", () => {
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const command = outcome(() => parseCommand(words.join(" ")));
      if (command === undefined || command instanceof IcosError || !("unit" in command)) return;
      assert.match(command.unit, /^[A-Za-z0-9_][A-Za-z0-9@_.:-]*$/);
    }),
  );
});

void test("whatever has been typed, a completion only adds to it", () => {
  fc.assert(
    fc.property(word, fc.array(fc.string()), (line, units) => {
      for (const ending of completions(line, units)) assert.equal(typeof ending, "string");
    }),
  );
});

const HEX = Array.from("0123456789abcdef");
const hex = (length: number) => fc.string({ unit: fc.constantFrom(...HEX), minLength: length, maxLength: length });

void test("a recovery request reads the same from JSON and from words, and anything else is refused", () => {
  fc.assert(
    fc.property(hex(40), hex(64), fc.option(hex(64), { nil: undefined }), (version, hash, recovery) => {
      const request = {
        version,
        "version-hash": hash,
        ...(recovery === undefined ? {} : { "recovery-hash": recovery }),
      };
      const words = Object.entries(request).map(([key, value]) => `${key}=${value}`);
      assert.deepEqual(parseRecoveryFile(JSON.stringify(request), "x"), request);
      assert.deepEqual(parseRecoveryFile(words.join("\r\n"), "x"), request);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      assert.ok(outcome(() => parseRecoveryFile(text, "x")) instanceof IcosError);
    }),
  );
});

void test("what systemctl and the kernel print is read without failing, however it is cut", () => {
  const line = fc
    .tuple(fc.constantFrom(...UNIT_PROPERTIES, "Other"), fc.string())
    .map(([key, value]) => `${key}=${value}`);
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.constant(""), fc.string())), (lines) => {
      for (const unit of parseUnitStates(lines.join("\n"))) assert.ok(Number.isSafeInteger(unit.restarts));
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void ipv6Routes(text)));
});
