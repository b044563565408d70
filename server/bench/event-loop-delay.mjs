import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into a server beside its own program: says, when it is asked to by SIGUSR2, how long the process has been held in
// one piece since it was asked before, in milliseconds.
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
process.on('SIGUSR2', () => {
  console.log(`longest hold: ${delays.max / 1e6}`);
  delays.reset();
});
