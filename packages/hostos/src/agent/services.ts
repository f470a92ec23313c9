import { describeError, type Clock, type Logger } from "@icos/system";

/** A part of the agent that runs until it is told to stop. */
export interface Service {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

const RESTART_MS = 10_000;

/** Runs all of them until `signal` aborts. One that fails is started again after ten seconds; the others do not notice. */
export async function runServices(
  services: readonly Service[],
  modules: { readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(services.map((service) => keepRunning(service, modules, signal)));
}

async function keepRunning(
  service: Service,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    try {
      await service.run(signal);
    } catch (error) {
      const problem = describeError(error);
      if (problem !== told) logger.log("error", `The part ${service.name} of the agent failed.`, { error: problem });
      told = problem;
    }
    await clock.sleep(RESTART_MS, signal).catch(() => undefined);
  }
}
