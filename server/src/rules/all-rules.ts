// Every rule, sorted by id: one entry each.

import { regLength } from './addresses/reg-length.ts';
import { unitAddressMismatch } from './addresses/unit-address-mismatch.ts';
import { unitAddressMissing } from './addresses/unit-address-missing.ts';
import { bindingNodeName } from './bindings/binding-node-name.ts';
import { bindingRequired } from './bindings/binding-required.ts';
import { bindingType } from './bindings/binding-type.ts';
import { bindingUnknownCompatible } from './bindings/binding-unknown-compatible.ts';
import { bindingUnknownProperty } from './bindings/binding-unknown-property.ts';
import { bindingValue } from './bindings/binding-value.ts';
import { firmwareAddsRegion } from './boot/firmware-adds-region.ts';
import { loadOutsideRam } from './boot/load-outside-ram.ts';
import { loadOverlapsLoad } from './boot/load-overlaps-load.ts';
import { loadOverlapsReserved } from './boot/load-overlaps-reserved.ts';
import { moduleOutsideRam } from './boot/module-outside-ram.ts';
import { moduleOverlapsModule } from './boot/module-overlaps-module.ts';
import { moduleSizeNotFile } from './boot/module-size-not-file.ts';
import { xsmGuess } from './boot/xsm-guess.ts';
import {
  avoidDefaultAddrSize,
  avoidUnnecessaryAddrSize,
  dmaRangesFormat,
  rangesFormatCheck,
  regFormat,
  simpleBusReg,
  uniqueUnitAddress,
  unitAddressFormat,
  unitAddressVsReg,
} from './dtc/addressing.ts';
import {
  i2cBusBridge,
  i2cBusReg,
  pciBridge,
  pciDeviceBusNum,
  pciDeviceReg,
  spiBusBridge,
  spiBusReg,
} from './dtc/buses.ts';
import {
  aliasPaths,
  chosenNodeBootargs,
  chosenNodeIsRoot,
  chosenNodeStdoutPath,
  obsoleteChosenInterruptController,
} from './dtc/chosen-and-aliases.ts';
import { graphChildAddress, graphEndpoint, graphPort } from './dtc/graph.ts';
import { interruptMap, interruptProvider, interruptsProperty } from './dtc/interrupts.ts';
import {
  clocksIsCell,
  clocksProperty,
  coolingDeviceIsCell,
  coolingDeviceProperty,
  dmasIsCell,
  dmasProperty,
  gpiosProperty,
  hwlocksIsCell,
  hwlocksProperty,
  interruptsExtendedIsCell,
  interruptsExtendedProperty,
  ioChannelsIsCell,
  ioChannelsProperty,
  iommusIsCell,
  iommusProperty,
  mboxesIsCell,
  mboxesProperty,
  msiParentIsCell,
  msiParentProperty,
  muxControlsIsCell,
  muxControlsProperty,
  physIsCell,
  physProperty,
  powerDomainsIsCell,
  powerDomainsProperty,
  pwmsIsCell,
  pwmsProperty,
  resetsIsCell,
  resetsProperty,
  soundDaiIsCell,
  soundDaiProperty,
  thermalSensorsIsCell,
  thermalSensorsProperty,
} from './dtc/provider-references.ts';
import {
  duplicateLabel,
  duplicateNodeNames,
  duplicatePropertyNames,
  explicitPhandles,
  nameIsString,
  nameProperties,
  nodeNameChars,
  nodeNameFormat,
  pathReferences,
  phandleReferences,
  propertyNameChars,
} from './dtc/tree-errors.ts';
import {
  addressCellsIsCell,
  compatibleIsStringList,
  deviceTypeIsString,
  labelIsString,
  modelIsString,
  namesIsStringList,
  sizeCellsIsCell,
  statusIsString,
} from './dtc/value-types.ts';
import { guestDeviceShared } from './guests/guest-device-shared.ts';
import { guestIomem } from './guests/guest-iomem.ts';
import { guestMemoryTooLarge } from './guests/guest-memory-too-large.ts';
import { guestNodeMissing } from './guests/guest-node-missing.ts';
import { guestSettingWrong } from './guests/guest-setting-wrong.ts';
import { passthroughInExtendedRegion } from './guests/passthrough-in-extended-region.ts';
import { passthroughMemoryRegion } from './guests/passthrough-memory-region.ts';
import { passthroughNode } from './guests/passthrough-node.ts';
import { xenRegOverRam } from './guests/xen-reg-over-ram.ts';
import { allocRangesOutsideRam } from './linux/alloc-ranges-outside-ram.ts';
import { arm32PoolWithoutNoMap } from './linux/arm32-pool-without-no-map.ts';
import { bootargsCutMemory } from './linux/bootargs-cut-memory.ts';
import { cmaAlignment } from './linux/cma-alignment.ts';
import { crashkernelNoRoom } from './linux/crashkernel-no-room.ts';
import { defaultPoolAbove4Gib } from './linux/default-pool-above-4gib.ts';
import { defaultPools } from './linux/default-pools.ts';
import { dynamicRegionCells } from './linux/dynamic-region-cells.ts';
import { dynamicRegionNoRoom } from './linux/dynamic-region-no-room.ts';
import { dynamicRegionTight } from './linux/dynamic-region-tight.ts';
import { firmwareRegionEdge } from './linux/firmware-region-edge.ts';
import { memoryRegionTarget } from './linux/memory-region-target.ts';
import { poolNeedsIommuAddresses } from './linux/pool-needs-iommu-addresses.ts';
import { ramoopsLayout } from './linux/ramoops-layout.ts';
import { ramoopsNotReserved } from './linux/ramoops-not-reserved.ts';
import { regionLimit } from './linux/region-limit.ts';
import { regionOutOfReach } from './linux/region-out-of-reach.ts';
import { secureRegionMapped } from './linux/secure-region-mapped.ts';
import { bankCrosses4Gib } from './memory/bank-crosses-4gib.ts';
import { bankNotPageAligned } from './memory/bank-not-page-aligned.ts';
import { banksOverlap } from './memory/banks-overlap.ts';
import { deviceInRam } from './memory/device-in-ram.ts';
import { deviceOverlapsReserved } from './memory/device-overlaps-reserved.ts';
import { memoryDeviceType } from './memory/memory-device-type.ts';
import { memoryNotAtRoot } from './memory/memory-not-at-root.ts';
import { memoryOwnCells } from './memory/memory-own-cells.ts';
import { memreserveMapped } from './memory/memreserve-mapped.ts';
import { memreserveOverlap } from './memory/memreserve-overlap.ts';
import { mergedRegions } from './memory/merged-regions.ts';
import { moduleOverlapsReserved } from './memory/module-overlaps-reserved.ts';
import { noMemoryLeft } from './memory/no-memory-left.ts';
import { ramAbovePa } from './memory/ram-above-pa.ts';
import { ramUnknown } from './memory/ram-unknown.ts';
import { rangeImpossible } from './memory/range-impossible.ts';
import { reservedAttributes } from './memory/reserved-attributes.ts';
import { reservedFormat } from './memory/reserved-format.ts';
import { reservedInRam } from './memory/reserved-in-ram.ts';
import { reservedManyTuples } from './memory/reserved-many-tuples.ts';
import { reservedNoRange } from './memory/reserved-no-range.ts';
import { reservedOutsideRam } from './memory/reserved-outside-ram.ts';
import { reservedOverlap } from './memory/reserved-overlap.ts';
import { reservedRegAndSize } from './memory/reserved-reg-and-size.ts';
import { reservedStraddlesBank } from './memory/reserved-straddles-bank.ts';
import { reservedUnaligned } from './memory/reserved-unaligned.ts';
import { reservedZeroSize } from './memory/reserved-zero-size.ts';
import { statusValue } from './memory/status-value.ts';
import { includeCase } from './source/include-case.ts';
import { includeNotFound } from './source/include-not-found.ts';
import { linkAsText } from './source/link-as-text.ts';
import { overlayNotApplied } from './source/overlay-not-applied.ts';
import { preprocessorError } from './source/preprocessor-error.ts';
import { preprocessorWarning } from './source/preprocessor-warning.ts';
import { semanticError } from './source/semantic-error.ts';
import { syntaxError } from './source/syntax-error.ts';
import { allowHasNoEffect } from './source/allow-has-no-effect.ts';
import { tooLarge } from './source/too-large.ts';
import { regionAtRamTop } from './uboot/region-at-ram-top.ts';
import { regionOnLoadAddress } from './uboot/region-on-load-address.ts';
import { severalMemoryNodesUboot } from './uboot/several-memory-nodes-uboot.ts';
import { ubootRegionLimit } from './uboot/uboot-region-limit.ts';
import { bankReadDifferently } from './xen/bank-read-differently.ts';
import { chosenBootargsUnread } from './xen/chosen-bootargs-unread.ts';
import { chosenPropertyMisspelt } from './xen/chosen-property-misspelt.ts';
import { disabledRegionMapped } from './xen/disabled-region-mapped.ts';
import { dom0MemoryUnset } from './xen/dom0-memory-unset.ts';
import { dom0NoLowBank } from './xen/dom0-no-low-bank.ts';
import { dom0OutOfReach } from './xen/dom0-out-of-reach.ts';
import { dom0PlacementUncertain } from './xen/dom0-placement-uncertain.ts';
import { dynamicRegionUnknownToXen } from './xen/dynamic-region-unknown-to-xen.ts';
import { llcColorsOff } from './xen/llc-colors-off.ts';
import { memreserveNotPassed } from './xen/memreserve-not-passed.ts';
import { noExtendedRegions } from './xen/no-extended-regions.ts';
import { reservedCacheableOutsideRam } from './xen/reserved-cacheable-outside-ram.ts';
import { reservedDisabledKept } from './xen/reserved-disabled-kept.ts';
import { reservedNamedMemory } from './xen/reserved-named-memory.ts';
import { reservedNestedNode } from './xen/reserved-nested-node.ts';
import { reservedNotHonoured } from './xen/reserved-not-honoured.ts';
import { reservedUnknownToXen } from './xen/reserved-unknown-to-xen.ts';
import { staticMemUnaligned } from './xen/static-mem-unaligned.ts';
import { staticMemoryOverlap } from './xen/static-memory-overlap.ts';
import { usableMemory } from './xen/usable-memory.ts';
import { xenComplains } from './xen/xen-complains.ts';
import { xenModuleDropped } from './xen/xen-module-dropped.ts';
import { xenPanic } from './xen/xen-panic.ts';
import { xenRegionLimit } from './xen/xen-region-limit.ts';
import { xenScanStopped } from './xen/xen-scan-stopped.ts';
import type { Rule } from './rule.ts';

export const allRules: readonly Rule[] = [
  addressCellsIsCell,
  aliasPaths,
  allocRangesOutsideRam,
  allowHasNoEffect,
  arm32PoolWithoutNoMap,
  avoidDefaultAddrSize,
  avoidUnnecessaryAddrSize,
  bankCrosses4Gib,
  bankNotPageAligned,
  bankReadDifferently,
  banksOverlap,
  bindingNodeName,
  bindingRequired,
  bindingType,
  bindingUnknownCompatible,
  bindingUnknownProperty,
  bindingValue,
  bootargsCutMemory,
  chosenBootargsUnread,
  chosenPropertyMisspelt,
  chosenNodeBootargs,
  chosenNodeIsRoot,
  chosenNodeStdoutPath,
  clocksIsCell,
  clocksProperty,
  cmaAlignment,
  compatibleIsStringList,
  coolingDeviceIsCell,
  coolingDeviceProperty,
  crashkernelNoRoom,
  defaultPoolAbove4Gib,
  defaultPools,
  deviceInRam,
  deviceOverlapsReserved,
  deviceTypeIsString,
  disabledRegionMapped,
  dmaRangesFormat,
  dmasIsCell,
  dmasProperty,
  dom0MemoryUnset,
  dom0NoLowBank,
  dom0OutOfReach,
  dom0PlacementUncertain,
  duplicateLabel,
  duplicateNodeNames,
  duplicatePropertyNames,
  dynamicRegionCells,
  dynamicRegionNoRoom,
  dynamicRegionTight,
  dynamicRegionUnknownToXen,
  explicitPhandles,
  firmwareAddsRegion,
  firmwareRegionEdge,
  gpiosProperty,
  graphChildAddress,
  graphEndpoint,
  graphPort,
  guestDeviceShared,
  guestIomem,
  guestMemoryTooLarge,
  guestNodeMissing,
  guestSettingWrong,
  hwlocksIsCell,
  hwlocksProperty,
  i2cBusBridge,
  i2cBusReg,
  includeCase,
  includeNotFound,
  interruptMap,
  interruptProvider,
  interruptsExtendedIsCell,
  interruptsExtendedProperty,
  interruptsProperty,
  ioChannelsIsCell,
  ioChannelsProperty,
  iommusIsCell,
  iommusProperty,
  labelIsString,
  linkAsText,
  llcColorsOff,
  loadOutsideRam,
  loadOverlapsLoad,
  loadOverlapsReserved,
  mboxesIsCell,
  mboxesProperty,
  memoryDeviceType,
  memoryNotAtRoot,
  memoryOwnCells,
  memoryRegionTarget,
  memreserveMapped,
  memreserveNotPassed,
  memreserveOverlap,
  mergedRegions,
  modelIsString,
  moduleOutsideRam,
  moduleOverlapsModule,
  moduleOverlapsReserved,
  moduleSizeNotFile,
  msiParentIsCell,
  msiParentProperty,
  muxControlsIsCell,
  muxControlsProperty,
  nameIsString,
  nameProperties,
  namesIsStringList,
  noExtendedRegions,
  noMemoryLeft,
  nodeNameChars,
  nodeNameFormat,
  obsoleteChosenInterruptController,
  overlayNotApplied,
  passthroughInExtendedRegion,
  passthroughMemoryRegion,
  passthroughNode,
  pathReferences,
  pciBridge,
  pciDeviceBusNum,
  pciDeviceReg,
  phandleReferences,
  physIsCell,
  physProperty,
  poolNeedsIommuAddresses,
  powerDomainsIsCell,
  powerDomainsProperty,
  preprocessorError,
  preprocessorWarning,
  propertyNameChars,
  pwmsIsCell,
  pwmsProperty,
  ramAbovePa,
  ramUnknown,
  ramoopsLayout,
  ramoopsNotReserved,
  rangeImpossible,
  rangesFormatCheck,
  regLength,
  regFormat,
  regionAtRamTop,
  regionLimit,
  regionOnLoadAddress,
  regionOutOfReach,
  reservedAttributes,
  reservedCacheableOutsideRam,
  reservedDisabledKept,
  reservedFormat,
  reservedInRam,
  reservedManyTuples,
  reservedNamedMemory,
  reservedNestedNode,
  reservedNoRange,
  reservedNotHonoured,
  reservedOutsideRam,
  reservedOverlap,
  reservedRegAndSize,
  reservedStraddlesBank,
  reservedUnaligned,
  reservedUnknownToXen,
  reservedZeroSize,
  resetsIsCell,
  resetsProperty,
  secureRegionMapped,
  semanticError,
  severalMemoryNodesUboot,
  simpleBusReg,
  sizeCellsIsCell,
  soundDaiIsCell,
  soundDaiProperty,
  spiBusBridge,
  spiBusReg,
  staticMemUnaligned,
  staticMemoryOverlap,
  statusValue,
  statusIsString,
  syntaxError,
  thermalSensorsIsCell,
  thermalSensorsProperty,
  tooLarge,
  ubootRegionLimit,
  uniqueUnitAddress,
  unitAddressMismatch,
  unitAddressMissing,
  unitAddressFormat,
  unitAddressVsReg,
  usableMemory,
  xenComplains,
  xenModuleDropped,
  xenPanic,
  xenRegOverRam,
  xenRegionLimit,
  xenScanStopped,
  xsmGuess,
];
