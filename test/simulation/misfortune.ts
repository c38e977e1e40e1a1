// What happens to the disks of a simulated world: one is cleared, as a browser does that needs room; an old backup is put back; a copied
// profile runs beside its original.

import type { Device } from "./device.js";
import type { Dice } from "./dice.js";
import type { DiskContent } from "./disk.js";

/** What a misfortune needs of its world. */
export interface MisfortuneWorld {
  readonly dice: Dice;
  note(what: string): void;
  /** The disk of a device has other records now, as the original of a copy had them. */
  beginsAnew(device: Device, original?: Device): void;
  /** All users' devices; a copy is one more. */
  readonly devices: Device[];
  copyOf(original: Device): Device;
}

/** Clears disks, puts backups of them back, and copies them. */
export class Misfortune {
  readonly #world: MisfortuneWorld;
  readonly #backups: { readonly device: Device; readonly content: DiskContent }[] = [];
  readonly counts = { cleared: 0, putBack: 0, copied: 0 };

  constructor(world: MisfortuneWorld) {
    this.#world = world;
  }

  /** One misfortune, or a backup for one that comes later. */
  async strike(): Promise<void> {
    const { dice, devices } = this.#world;
    const device = dice.of(devices);
    if (!device || device.disk.image.size === 0) return;
    const hasCopy = this.counts.copied > 0;
    const { length } = this.#backups;
    switch (
      dice.weighted({ backup: 4, putBack: length > 0 ? 4 : 0, clear: 2, copy: hasCopy || device.length === 0 ? 0 : 4 })
    ) {
      case "backup":
        this.#backups.push({ device, content: device.disk.content });
        return;
      case "clear":
        return this.#clear(device);
      case "putBack":
        return this.#putBack();
      case "copy":
        this.#copy(device);
    }
  }

  async #clear(device: Device): Promise<void> {
    const { dice } = this.#world;
    this.counts.cleared++;
    this.#world.note(`the disk of ${device.name} is cleared`);
    // With open tabs, or between two starts.
    if (dice.permille(500)) await killAll(device);
    device.disk.put();
    this.#world.beginsAnew(device);
  }

  async #putBack(): Promise<void> {
    const { dice } = this.#world;
    const backup = dice.of(this.#backups);
    if (!backup) return;
    const { device, content } = backup;
    this.counts.putBack++;
    this.#world.note(`the disk of ${device.name} is put back`);
    await killAll(device);
    device.disk.put(content);
    this.#world.beginsAnew(device);
  }

  #copy(device: Device): void {
    this.counts.copied++;
    const copy = this.#world.copyOf(device);
    this.#world.note(`${copy.name} runs`);
    this.#world.devices.push(copy);
    this.#world.beginsAnew(copy, device);
  }
}

async function killAll(device: Device): Promise<void> {
  for (const tab of device.tabs) await device.kill(tab);
}
