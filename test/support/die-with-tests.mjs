// Preloaded into every process that a test starts: whatever happens to the test, none outlives the process that runs it.
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, 500).unref()
