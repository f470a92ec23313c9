import { checkMachineDefinition } from "./check-definition.ts";
import { TCG_CPU, type MachineDefinition } from "./definition.ts";
import { renderLibvirtDevices } from "./render-libvirt-devices.ts";
import { element, formatXml, type XmlElement } from "./xml.ts";

/**
 * The libvirt domain of a machine, for hosts that run libvirt: the same machine as `renderQemu` gives, as far as libvirt can say it.
 * Pure. libvirt makes tap devices itself, and starts the guest itself. Throws `machine-invalid`, and `libvirt-unsupported` for
 * a card on a virtual switch.
 */
export function renderLibvirt(definition: MachineDefinition): string {
  checkMachineDefinition(definition);
  const { name, uuid, memoryMiB, vcpus, accelerator } = definition;
  const model = cpuModel(definition);
  const domain = element(
    "domain",
    { type: accelerator.kind === "kvm" ? "kvm" : "qemu", "xmlns:qemu": "http://libvirt.org/schemas/domain/qemu/1.0" },
    [
      element("name", {}, name),
      element("uuid", {}, uuid),
      element("memory", { unit: "MiB" }, String(memoryMiB)),
      memoryBacking(definition),
      element("vcpu", { placement: "static" }, String(vcpus)),
      boot(definition),
      element("features", {}, [element("acpi"), element("apic")]),
      model.element,
      element("clock", { offset: "utc" }, [
        definition.devices?.hpet === false ? element("timer", { name: "hpet", present: "no" }) : undefined,
      ]),
      // Whoever runs the machine starts it again, through its boot state machine.
      ...["on_poweroff", "on_reboot", "on_crash"].map((event) => element(event, {}, "destroy")),
      element("pm", {}, [element("suspend-to-mem", { enabled: "no" }), element("suspend-to-disk", { enabled: "no" })]),
      renderLibvirtDevices(definition),
      launchSecurity(definition),
      model.argument === undefined
        ? undefined
        : element("qemu:commandline", {}, [
            element("qemu:arg", { value: "-cpu" }),
            element("qemu:arg", { value: model.argument }),
          ]),
    ],
  );
  return formatXml(domain);
}

function memoryBacking({ memory = "plain" }: MachineDefinition): XmlElement | undefined {
  if (memory === "plain") return undefined;
  const pages = element("hugepages", {}, [element("page", { size: 2048, unit: "KiB" })]);
  const shared = [element("source", { type: "memfd" }), element("access", { mode: "shared" })];
  return element("memoryBacking", {}, [
    memory === "hugepages" ? pages : undefined,
    element("nosharepages"),
    memory === "private" ? [] : shared,
  ]);
}

function boot({ boot }: MachineDefinition): XmlElement {
  const { firmware } = boot;
  const flash =
    firmware === undefined
      ? []
      : typeof firmware === "string"
        ? [element("loader", { readonly: "yes", type: "rom" }, firmware)]
        : [
            element("loader", { readonly: "yes", type: "pflash" }, firmware.code),
            element("nvram", {}, firmware.variables),
          ];
  const start =
    boot.kind === "disk"
      ? [element("boot", { dev: "hd" })]
      : [
          element("kernel", {}, boot.kernel),
          element("initrd", {}, boot.initrd),
          element("cmdline", {}, boot.commandLine),
        ];
  return element("os", {}, [element("type", { arch: "x86_64", machine: "q35" }, "hvm"), ...flash, ...start]);
}

/** The processor, in libvirt's words where it has them; otherwise QEMU's own argument. */
function cpuModel(definition: MachineDefinition): { readonly element: XmlElement; readonly argument?: string } {
  const { vcpus, accelerator } = definition;
  const cpu = definition.cpu ?? (accelerator.kind === "kvm" ? "host" : TCG_CPU);
  const { sockets, cores, threads } = definition.topology ?? { sockets: 1, cores: vcpus, threads: 1 };
  const topology = element("topology", { sockets, dies: 1, cores, threads });
  const [model, ...words] = cpu.split(",");
  const options = new Set(words);
  const migratable = options.delete("migratable=off") ? "off" : undefined;
  const cache = options.delete("host-cache-info=on") ? [element("cache", { mode: "passthrough" })] : [];
  const topoext = options.delete("topoext=on") ? [element("feature", { policy: "require", name: "topoext" })] : [];
  if (model === "host" && options.size === 0) {
    const attributes = { mode: "host-passthrough", check: "none", migratable };
    return { element: element("cpu", attributes, [topology, ...cache, ...topoext]) };
  }
  return { element: element("cpu", {}, [topology]), argument: cpu };
}

function launchSecurity({ confidential }: MachineDefinition): XmlElement | undefined {
  if (confidential === undefined) return undefined;
  const { cbitpos, reducedPhysBits, policy } = confidential;
  return element("launchSecurity", { type: "sev-snp", kernelHashes: "yes" }, [
    element("cbitpos", {}, String(cbitpos)),
    element("reducedPhysBits", {}, String(reducedPhysBits)),
    element("policy", {}, `0x${policy.toString(16).padStart(8, "0")}`),
  ]);
}
