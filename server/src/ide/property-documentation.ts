// What properties mean, in a sentence and with the place in the Devicetree Specification (v0.4) that says more.

const region = '3.5.2';

/** For a child of `/reserved-memory`. */
const ofRegions: Readonly<Record<string, string>> = {
  reg: `The address and the size of the memory that is reserved, a pair for each range. (${region})`,
  size: `How many bytes are reserved, at a place that the system chooses; ignored where there is a reg. (${region})`,
  alignment: `The boundary, in bytes, at which the place that the system chooses begins. (${region})`,
  'alloc-ranges': `The ranges, as pairs of address and size, in which the system may choose the place. (${region})`,
  'no-map': `The system does not map the memory as its own, nor reads it ahead: only the driver that uses it does. Excludes reusable. (${region})`,
  reusable: `The system may use the memory while the driver that it is for does not need it, if it can get it back. Excludes no-map. (${region})`,
  compatible: `What the memory is for: "shared-dma-pool" for DMA buffers of several devices, or a driver's own name. (${region})`,
  'linux,cma-default': `Linux takes the region as its default pool of contiguous memory. (${region})`,
  'linux,dma-default': `Linux takes the region as its default pool of coherent DMA buffers. (${region})`,
};

const ofAll: Readonly<Record<string, string>> = {
  compatible: 'The programming models of the device, the most specific first. (2.3.1)',
  phandle:
    'A number by which other nodes refer to this one; dtc gives it to nodes that have a label. (2.3.3)',
  status:
    'Whether the device is in use: "okay", "disabled", "reserved", "fail". "okay" where it is missing. (2.3.4)',
  '#address-cells': 'How many cells of 32 bits an address in reg of the children has. (2.3.5)',
  '#size-cells': 'How many cells of 32 bits a size in reg of the children has. (2.3.5)',
  reg: 'The address and the size of each range of the device, in cells that the parent counts. (2.3.6)',
  ranges:
    'How addresses of the children map to those of the parent; empty where they are the same. (2.3.8)',
};

/** What a property means in a reserved region, or anywhere; undefined for one that is not known. */
export function documentationOf(property: string, isRegion: boolean): string | undefined {
  const text = (isRegion ? ofRegions[property] : undefined) ?? ofAll[property];
  return text?.replace(/\(([\d.]+)\)$/, 'Devicetree Specification, $1.');
}
