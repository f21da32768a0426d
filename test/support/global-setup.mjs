// Jest does not transform an ES module that it loads as global set-up, so tsx does it.
import { tsImport } from 'tsx/esm/api'

export default async function globalSetup() {
  const { startTestServers } = await tsImport('./test-servers.ts', import.meta.url)
  globalThis.stopTestServers = await startTestServers()
}
