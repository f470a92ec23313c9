import { createExec, type SpawnCommand } from "@icos/system";

/**
 * How tests reach QEMU and e2fsprogs: `ICOS_TEST_TOOLS` is a JSON array of words to put in front of a command (`[]` when
 * the tools are on this machine's PATH). Tests that need them are skipped without it.
 */
export function testTools(): { readonly wrap: SpawnCommand; readonly exec: ReturnType<typeof createExec> } | undefined {
  const text = process.env["ICOS_TEST_TOOLS"];
  if (text === undefined) return undefined;
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string")) {
    throw new Error("ICOS_TEST_TOOLS must be a JSON array of strings.");
  }
  const wrap: SpawnCommand = (command) => [...words, ...command];
  return { wrap, exec: createExec(wrap) };
}

/** The option of a test that needs the tools. */
export const needsTools = testTools() === undefined ? { skip: "ICOS_TEST_TOOLS is not set" } : {};
