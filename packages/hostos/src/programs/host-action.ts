import { createExec, systemClock } from "@icos/system";
import { hostActionRequestSchema } from "../host-action/host-action.ts";
import { callerOf, performAction } from "../host-action/perform.ts";
import { answerOne } from "../root-service/answer.ts";

/** Runs as root for one connection to `host-action.socket`; its argument is the unit's instance, which says who asks. */
const [instance = ""] = process.argv.slice(2);
const done = await answerOne(
  { input: process.stdin, output: process.stdout },
  hostActionRequestSchema,
  async ({ request: { action } }) => {
    const caller = callerOf(instance);
    process.stderr.write(`<6>${action} is asked for by the account ${caller}\n`);
    await performAction(action, caller, { exec: createExec(), clock: systemClock });
  },
);
process.exit(done ? 0 : 1); // the standard input may still be open
