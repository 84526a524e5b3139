// Loaded into the server before it starts (`node --require`): at each SIGUSR2 it writes to standard error how many bytes of
// JavaScript's heap were allocated since the signal before.

const { getHeapStatistics, GCProfiler } = require('node:v8');

let profiler = new GCProfiler();
let used = 0;

process.on('SIGUSR2', () => {
  const { statistics = [] } = profiler.stop() ?? {};
  const now = getHeapStatistics().used_heap_size;
  // What is alive now and was not, and what was collected in between.
  const collected = statistics.reduce(
    (sum, { beforeGC, afterGC }) =>
      sum + beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
    0,
  );
  process.stderr.write(`allocated ${String(now - used + collected)}\n`);
  profiler = new GCProfiler();
  used = getHeapStatistics().used_heap_size;
  profiler.start();
});
