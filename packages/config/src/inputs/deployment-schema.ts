import * as v from "valibot";
import { deploymentEnvironment, httpUrl, macAddress } from "../field-forms.ts";

/**
 * `deployment.json`: upstream's fields (`rs/ic_os/config/tool/src/setupos/deployment_json.rs`). Fields it does not know
 * are left alone; {@link DEPLOYMENT_FIELDS} names those it knows.
 */

const memory = v.pipe(
  v.string('is not a string with a number of GiB, such as "16"'),
  v.regex(/^\+?0*[1-9][0-9]{0,5}$/, 'is not a string with a whole number of GiB, such as "16"'),
  v.transform(Number),
);

const vcpus = v.pipe(
  v.number("is not a number"),
  v.integer("is not a whole number"),
  v.minValue(1, "is less than 1"),
  v.maxValue(4096, "is more than 4096"),
);

const DEFAULT_VM = { memory: "16", cpu: "kvm", nr_of_vcpus: 16 } as const;

const vmResources = v.object(
  {
    memory: v.optional(memory, DEFAULT_VM.memory),
    cpu: v.optional(v.picklist(["kvm", "qemu"], "is neither kvm nor qemu"), DEFAULT_VM.cpu),
    nr_of_vcpus: v.optional(vcpus, DEFAULT_VM.nr_of_vcpus),
  },
  "is not an object",
);

export const deploymentSchema = v.object(
  {
    deployment: v.object(
      {
        deployment_environment: deploymentEnvironment,
        mgmt_mac: v.nullish(macAddress, null),
      },
      "is not an object",
    ),
    nns: v.object(
      {
        urls: v.pipe(v.array(httpUrl, "is not a list of URLs"), v.minLength(1, "names no URL")),
      },
      "is not an object",
    ),
    dev_vm_resources: v.optional(vmResources, {}),
  },
  "is not an object",
);
