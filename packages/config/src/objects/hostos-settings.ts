import * as v from "valibot";
import { wholeNumber } from "../field-forms.ts";
import { objectSchema, type FieldTable } from "./field-table.ts";

const hostosDevSettings = {
  vm_memory: {
    schema: v.optional(wholeNumber, 16),
    form: "whole number, GiB",
    since: "1.8.0",
    source: "deployment.json `dev_vm_resources.memory`",
    meaning: "is the memory of the guest on development images",
  },
  vm_cpu: {
    schema: v.optional(v.string(), "kvm"),
    form: "`kvm` or `qemu`",
    since: "1.8.0",
    source: "deployment.json `dev_vm_resources.cpu`",
    meaning: "is how the guest's CPU is made on development images",
  },
  vm_nr_of_vcpus: {
    schema: v.optional(wholeNumber, 16),
    form: "whole number",
    since: "1.8.0",
    source: "deployment.json `dev_vm_resources.nr_of_vcpus`",
    meaning: "is the number of the guest's CPUs on development images",
  },
} as const satisfies FieldTable;

/** `hostos_settings` */
export const hostosSettings = {
  hostos_dev_settings: {
    schema: v.optional(objectSchema(hostosDevSettings), {}),
    form: "object",
    since: "1.8.0",
    source: "deployment.json `dev_vm_resources`",
    meaning: "is read by development images only",
    fields: hostosDevSettings,
  },
  verbose: {
    schema: v.optional(v.boolean(), false),
    form: "true or false",
    since: "1.1.0",
    source: "config.ini `verbose`",
    meaning: "shows the guest's serial console on the host's screen",
  },
} as const satisfies FieldTable;
