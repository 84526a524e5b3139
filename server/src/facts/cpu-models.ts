// What is known of a CPU by the name that a tree has for it.

/**
 * CPUs that all revisions have the same physical addresses of, by their `compatible`: bits, as their reference manuals
 * say.
 */
export const CPU_MODELS: Readonly<Record<string, number>> = {
  'arm,cortex-a34': 40,
  'arm,cortex-a35': 40,
  'arm,cortex-a53': 40,
  'arm,cortex-a55': 40,
  'arm,cortex-a57': 44,
  'arm,cortex-a72': 44,
  'arm,cortex-a73': 40,
  'arm,cortex-a75': 44,
  'arm,neoverse-n1': 48,
};

export const CPU_MODEL_NAMES = Object.keys(CPU_MODELS) as [string, ...string[]];
